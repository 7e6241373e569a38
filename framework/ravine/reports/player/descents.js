// Descents: the scene of surfaces: what is chosen, the pictures, the step, and the curves.

class Descents {
  constructor(scene, arrays, state) {
    this.scene = scene;
    this.arrays = arrays;
    this.state = state;
    this.landscapes = scene.surfaces.map((surface) => new Landscape(surface, arrays));
    this.reliefs = this.landscapes.map((landscape) => new Relief(landscape));
    this.charts = {
      f: new Chart("f, the height", { log: true, onStep: (step) => state.goTo(step) }),
      distance: new Chart("distance to a minimum", { log: true, onStep: (step) => state.goTo(step) }),
      length: new Chart("length of the step", { log: true, onStep: (step) => state.goTo(step) }),
    };
    this.turn = { azimuth: -0.6, elevation: 0.75, by: 1 };
    this.zoom = { by: 1, centre: null };
    this.outputs = [];
  }

  counted(k) {
    return `${k} of ${this.last}`;
  }

  get surface() {
    return this.scene.surfaces[this.state.get("surface")];
  }

  // The last step of what is shown; if that is nothing, of what could be.
  get last() {
    const shown = this.shown(), own = this.scene.runs.filter((run) => run.surface === this.state.get("surface"));
    return Math.max(1, ...(shown.length ? shown.map((run) => run.steps) : own.map((run) => run.path[1] - 1)));
  }

  run(series) {
    return chosen(this.scene, this.state, series, (run) => run.surface === this.state.get("surface"));
  }

  shown() {
    return this.scene.series.map((_, i) => i).filter((i) => this.state.all.series.includes(i)).map((i) => this.run(i))
      .filter(Boolean).map((run) => this.opened(run));
  }

  // A run with its columns.
  opened(run) {
    if (!run.opened) {
      const [x, y] = this.arrays.columns(run.path), [f] = this.arrays.columns(run.heights);
      const [gx, gy] = this.arrays.columns(run.gradient);
      const slots = run.slots.map((slot) => ({ name: slot.name, columns: this.arrays.columns(slot.values) }));
      const distance = run.distance ? this.arrays.columns(run.distance)[0] : null;
      const [ux, uy] = run.path[1] > 1 ? this.arrays.columns(run.update) : [new Float32Array(), new Float32Array()];
      const length = Float64Array.from(ux, (_, k) => Math.hypot(ux[k], uy[k]));
      run.opened = { ...run, x, y, f, gx, gy, ux, uy, slots, distance, length, steps: x.length - 1, look: run.series,
        label: this.scene.series[run.series] };
    }
    return run.opened;
  }

  focused() {
    const wanted = this.state.get("focus"), shown = this.shown();
    return shown.find((run) => run.series === wanted) || shown[0] || null;
  }

  build(main) {
    this.choose = made("section", { class: "choose panel", "aria-label": "What is shown" });
    this.pictures = made("div", { class: "pictures" });
    this.stage = made("section", { class: "stage", "aria-label": "Surface" }, this.pictures, this.state.transport());
    this.step = made("section", { class: "step", "aria-label": "Step" });
    const charts = made("div", { class: "charts" }, ...Object.values(this.charts).map((chart) => chart.element));
    main.append(this.choose, this.stage, this.step, made("section", { class: "curves panel", "aria-label": "Curves" }, charts));
    this.buildChoices();
  }

  buildChoices() {
    const { scene, state } = this;
    const parts = [];
    if (scene.surfaces.length > 1) {
      const select = made("select", { id: "surface" }, ...scene.surfaces.map((surface, i) =>
        made("option", { value: String(i), selected: i === state.get("surface") }, surface.label)));
      select.addEventListener("change", () => {
        this.zoom = { by: 1, centre: null };
        state.set({ surface: Number(select.value) });
      });
      parts.push(made("fieldset", {}, made("legend", {}, made("label", { htmlFor: "surface" }, "Surface")), select));
    } else parts.push(made("h2", {}, scene.surfaces[0].label));
    this.rows = scene.series.map((label, i) => seriesRow(state, label, i));
    parts.push(seriesField(state, this.rows, "Runs, and f at the step"));
    parts.push(...sliders(state, scene));
    const fit = made("button", { type: "button" }, "fit");
    fit.addEventListener("click", () => this.fit());
    parts.push(made("div", { class: "tools" }, toggle(state, "view", "relief", "map", "3-D"), toggle(state, "layout", "side", "over", "side by side"), fit));
    parts.push(made("p", { class: "hint" }, "Keys: ← → step, space plays, Home and End, 3 turns to 3-D, s side by side, f fits the paths. Drag moves or turns, the wheel or + and − zoom, 0 resets."));
    this.choose.replaceChildren(...parts);
  }

  // Draw everything anew, after a choice.
  refresh() {
    const runs = this.shown(), { state } = this;
    this.rows.forEach((row, i) => row.show(Boolean(this.run(i))));
    const panels = state.get("layout") === "side" ? runs.map((run) => [run]) : [runs];
    const wanted = Math.max(panels.length, 1);
    if (this.pictures.children.length !== wanted) {
      this.pictures.replaceChildren(...Array.from({ length: wanted }, () => this.panel()));
    }
    const columns = wanted === 1 ? 1 : this.pictures.clientWidth < 500 ? 1 : wanted <= 4 ? 2 : 3;
    this.pictures.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.panels = panels.length ? panels : [[]];
    const line = (run, values) => ({ label: run.label, look: run.look, values, steps: values.map((_, k) => k) });
    this.charts.f.log = this.surface.range[0] >= 0 && this.surface.minima.length > 0;
    this.charts.f.show(runs.map((run) => line(run, run.f)));
    this.charts.distance.show(runs.filter((run) => run.distance).map((run) => line(run, run.distance)));
    this.charts.length.show(runs.map((run) => line(run, run.length)));
    this.draw();
  }

  panel() {
    const canvas = made("canvas", { tabIndex: 0, role: "img" });
    const caption = made("figcaption");
    this.listen(canvas);
    return made("figure", {}, canvas, caption);
  }

  listen(canvas) {
    let from = null;
    canvas.addEventListener("pointerdown", (event) => {
      from = [event.clientX, event.clientY];
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerup", () => (from = null));
    canvas.addEventListener("pointermove", (event) => {
      if (!from) return;
      const dx = event.clientX - from[0], dy = event.clientY - from[1];
      from = [event.clientX, event.clientY];
      this.drag(dx, dy, canvas);
    });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.enlarge(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
  }

  drag(dx, dy, canvas) {
    if (this.state.get("view") === "relief") {
      this.turn.azimuth += dx / 150;
      this.turn.elevation = Math.max(0.05, Math.min(1.5, this.turn.elevation + dy / 150));
    } else {
      const landscape = this.landscapes[this.state.get("surface")], view = landscape.view(this.zoom);
      const width = canvas.clientWidth - MARGIN.left - MARGIN.right, height = canvas.clientHeight - MARGIN.top - MARGIN.bottom;
      this.zoom.centre = [
        (view.x0 + view.x1) / 2 - (dx / width) * (view.x1 - view.x0),
        (view.y0 + view.y1) / 2 + (dy / height) * (view.y1 - view.y0),
      ];
    }
    this.draw();
  }

  enlarge(factor) {
    const what = this.state.get("view") === "relief" ? this.turn : this.zoom;
    what.by = Math.max(0.25, Math.min(64, what.by * factor));
    this.draw();
  }

  // See the paths that are shown as large as they go, within the domain.
  fit() {
    const [[x0, x1], [y0, y1]] = this.surface.domain, runs = this.shown();
    const inside = (values, low, high) => Array.from(values).filter((value) => value >= low && value <= high);
    const xs = runs.map((run) => inside(run.x, x0, x1)), ys = runs.map((run) => inside(run.y, y0, y1));
    for (const [x, y] of this.surface.minima.length === 1 ? this.surface.minima : []) xs.push([x]), ys.push([y]);
    const [[left, right], [bottom, top]] = [extremes(xs), extremes(ys)];
    if (!(left <= right && bottom <= top)) return;
    const by = 0.88 * Math.min((x1 - x0) / (right - left || 1e-9), (y1 - y0) / (top - bottom || 1e-9));
    this.zoom = { by: Math.max(1, Math.min(64, by)), centre: [(left + right) / 2, (bottom + top) / 2] };
    this.draw();
  }

  reset() {
    this.zoom = { by: 1, centre: null };
    this.turn = { azimuth: -0.6, elevation: 0.75, by: 1 };
    this.draw();
  }

  // Draw what changes from step to step.
  draw() {
    const at = this.state.position, number = this.state.get("surface");
    const relief = this.state.get("view") === "relief";
    const [[x0, x1], [y0, y1]] = this.surface.domain;
    [...this.pictures.children].forEach((figure, i) => {
      const [canvas, caption] = figure.children, runs = this.panels[i] || [];
      const width = figure.clientWidth || 600;
      const natural = relief ? width * 0.66 : width * Math.min(0.8, Math.max(0.5, (y1 - y0) / (x1 - x0)));
      const height = Math.round(Math.min(natural, this.panels.length > 1 ? 330 : 560));
      const context = sized(canvas, width, height);
      if (relief) this.reliefs[number].draw(context, width, height, this.turn, runs, at);
      else this.landscapes[number].draw(context, width, height, this.zoom, runs, at);
      const names = runs.map((run) => run.label).join(", ");
      canvas.setAttribute("aria-label", `${this.surface.label} with ${names || "no run"} at step ${Math.floor(at)}`);
      const lost = runs.filter((run) => run.status === "diverged").map((run) => `${run.label} diverged at step ${run.steps}`);
      const title = this.panels.length > 1 ? [names] : [];
      caption.textContent = [...title, ...lost].join("; ");
    });
    const k = Math.floor(at);
    for (const chart of Object.values(this.charts)) chart.mark(k);
    this.rows.forEach((row, i) => {
      const run = this.run(i) && this.state.all.series.includes(i) ? this.opened(this.run(i)) : null;
      row.output.textContent = run ? words(run.f[Math.min(k, run.steps)]) : this.run(i) ? "" : "not recorded";
    });
    this.drawStep(k);
  }

  drawStep(step) {
    const run = this.focused();
    if (!run) {
      this.step.replaceChildren(made("div", { class: "panel" }, made("p", {}, "No run is chosen.")));
      this.table = null;
      return;
    }
    const k = Math.min(step, run.steps), ends = k === run.steps;
    const rows = [["θ", [run.x[k], run.y[k]]], ["gradient", [run.gx[k], run.gy[k]]]];
    for (const slot of run.slots) rows.push([slot.name, slot.columns.map((column) => column[k])]);
    const update = ends ? [null, null] : [run.ux[k], run.uy[k]];
    rows.push(["update", update]);
    rows.push(["effective rate", update.map((value, i) => (value === null ? null : -value / [run.gx[k], run.gy[k]][i]))]);
    const row = ([name, values]) => made("tr", {}, made("th", { scope: "row" }, name), ...values.slice(0, 4).map((value) => made("td", {}, words(value))));
    const table = made("table", {},
      made("thead", {}, made("tr", {}, made("th", { scope: "col" }, ends ? `after ${k} steps` : `before step ${k + 1}`), made("th", { scope: "col" }, "x"), made("th", { scope: "col" }, "y"))),
      made("tbody", {}, ...rows.map(row)));
    const note = [`f ${words(run.f[k])}`, `‖gradient‖ ${words(Math.hypot(run.gx[k], run.gy[k]))}`];
    if (run.distance) note.push(`distance ${words(run.distance[k])}`);
    const of = [run.series, ...this.shown().map((other) => other.series), ...this.state.all.at, isDark()].join();
    if (!this.table || this.tableOf !== of) this.buildStep(run);
    this.tableOf = of;
    this.table.replaceChildren(table, made("p", { class: "hint" }, note.join(", ")));
  }

  buildStep(run) {
    const focus = this.step.contains(document.activeElement);
    this.table = made("div");
    const select = made("select", { "aria-label": "Run whose step is shown" }, ...this.shown().map((other) =>
      made("option", { value: String(other.series), selected: other === run }, other.label)));
    select.addEventListener("change", () => this.state.set({ focus: Number(select.value) }));
    const fields = Object.entries(run.fields).filter(([name]) => name !== "name").map(([name, value]) => `${name} ${value}`);
    const parts = [made("div", { class: "panel" }, made("h2", {}, "The step of ", select), this.table, made("p", { class: "hint" }, fields.join(", ")))];
    const maps = [];
    for (const number of run.maps || []) {
      const map = this.scene.maps[number], canvas = made("canvas", { role: "img" });
      canvas.style.width = "100%";
      const of = map.field === null ? "curvature" : map.field;
      const factors = run.factors.map(words);
      const says = map.field === null
        ? `Along curvatures ${map.curvatures.map(words).join(" and ")} the distance is multiplied by ${factors.join(" and ")} a step, in the long run; where it is below 1 the rule converges.`
        : "The factor of the slower direction.";
      canvas.setAttribute("aria-label", `Where ${run.fields.name} converges, by learning rate and ${of}. ${says}`);
      parts.push(made("div", { class: "panel" }, made("h2", {}, `Where ${run.fields.name} converges: rate and ${of}`), canvas, made("p", { class: "hint" }, says)));
      maps.push([canvas, map]);
    }
    this.step.replaceChildren(...parts);
    if (focus) select.focus();
    for (const [canvas, map] of maps) {
      drawStability(canvas, map, run, this.arrays, map.field === null ? null : Number(run.fields[map.field]));
    }
  }

  said(step) {
    const run = this.focused();
    if (!run) return "no run is chosen";
    const k = Math.min(step, run.steps);
    return `step ${k} of ${run.steps}: ${run.label} at ${words(run.x[k])}, ${words(run.y[k])}, f ${words(run.f[k])}`;
  }

  command() {
    return this.focused()?.command || "";
  }

  key(name) {
    if (name === "3") this.state.set({ view: this.state.get("view") === "relief" ? "map" : "relief" });
    else if (name === "s") this.state.set({ layout: this.state.get("layout") === "side" ? "over" : "side" });
    else if (name === "+" || name === "=") this.enlarge(1.2);
    else if (name === "-") this.enlarge(1 / 1.2);
    else if (name === "f") this.fit();
    else if (name === "0") this.reset();
    else return false;
    return true;
  }
}
