// Networks: the scene of runs that learn: curves with bands, and what probes have seen inside, over time.

const CLASSES = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3c8d", "#8c6d1f", "#444444", "#aa55ff"];

class Networks {
  constructor(scene, arrays, state) {
    this.scene = scene;
    this.arrays = arrays;
    this.state = state;
    this.charts = scene.metrics.map((name) => ({ name, chart: new Chart(name.replaceAll("_", " "), { height: 200, log: this.isLog(name),
      onStep: (step) => state.goTo(this.nearest(step)) }) }));
  }

  isLog(name) {
    return this.state.get("scale") === "log" && this.scene.falling.includes(name);
  }

  run(series) {
    return chosen(this.scene, this.state, series);
  }

  shown() {
    return this.scene.series.map((_, i) => i).filter((i) => this.state.all.series.includes(i)).map((i) => this.run(i)).filter(Boolean);
  }

  focused() {
    const shown = this.shown();
    return shown.find((run) => run.series === this.state.get("focus")) || shown[0] || null;
  }

  steps() {
    // One that has diverged ends before others.
    const shown = this.shown();
    return (shown.length ? shown : this.scene.runs).map((run) => run.steps).reduce((one, other) => (other.length > one.length ? other : one));
  }

  nearest(step) {
    const steps = this.steps();
    let best = 0;
    steps.forEach((value, i) => (best = Math.abs(value - step) < Math.abs(steps[best] - step) ? i : best));
    return best;
  }

  get last() {
    return Math.max(1, this.steps().length - 1);
  }

  counted(k) {
    const steps = this.steps();
    return `step ${steps[Math.min(k, steps.length - 1)]} of ${steps[steps.length - 1]}`;
  }

  // Of a run the number of its last evaluation up to a step: other runs may be evaluated at other steps.
  own(run, step) {
    return Math.max(0, run.steps.findLastIndex((value) => value <= step));
  }

  build(main) {
    const { scene, state } = this;
    this.rows = scene.series.map((label, i) => seriesRow(state, label, i));
    const hint = "Keys: ← → evaluation, space plays, Home and End. A click on a curve goes to that step. "
      + "Lines are medians over seeds, bands reach from the lowest to the highest.";
    const choose = made("section", { class: "choose panel", "aria-label": "What is shown" },
      seriesField(state, this.rows, "Runs"), ...sliders(state, scene),
      made("div", { class: "tools" }, toggle(state, "scale", "log", "linear", "log scale")), made("p", { class: "hint" }, hint));
    const charts = made("div", { class: "charts" }, ...this.charts.map(({ chart }) => chart.element));
    this.stage = made("section", { class: "stage", "aria-label": "Curves" }, made("div", { class: "panel" }, charts), state.transport());
    this.step = made("section", { class: "step panel", "aria-label": "Step" });
    this.inside = made("section", { class: "curves", "aria-label": "Inside" });
    main.append(choose, this.stage, this.step, this.inside);
  }

  refresh() {
    this.rows.forEach((row, i) => row.show(Boolean(this.run(i))));
    const runs = this.shown();
    for (const { name, chart } of this.charts) {
      chart.log = this.isLog(name);
      const column = (place) => (place ? this.arrays.columns(place)[0] : null);
      chart.show(runs.filter((run) => run.curves[name]).map(({ series, curves }) => ({ label: this.scene.series[series], look: series,
        steps: curves[name].steps, values: column(curves[name].median), low: column(curves[name].low), high: column(curves[name].high) })));
    }
    this.openInside();
    this.drawn = null;
    this.draw();
  }

  draw() {
    const k = Math.floor(this.state.position);
    if (k === this.drawn) return;
    this.drawn = k;
    const steps = this.steps(), step = steps[Math.min(k, steps.length - 1)];
    for (const { chart } of this.charts) chart.mark(step);
    const runs = this.shown();
    const metrics = this.scene.metrics.filter((name) => !name.startsWith("loss of")).slice(0, 4);
    const value = (run, name) => {
      if (!run.curves[name]) return null;
      const at = run.curves[name].steps.indexOf(step);
      return at < 0 ? null : this.arrays.columns(run.curves[name].median)[0][at];
    };
    const head = made("tr", {}, made("th", { scope: "col" }, "metric"), ...runs.map((run) => made("th", { scope: "col" }, this.scene.series[run.series])));
    const wide = runs.length > 3;
    const rows = wide
      ? runs.map((run) => made("tr", {}, made("th", { scope: "row" }, this.scene.series[run.series]), ...metrics.slice(-2).map((name) => made("td", {}, words(value(run, name))))))
      : metrics.map((name) => made("tr", {}, made("th", { scope: "row" }, name.replaceAll("_", " ")), ...runs.map((run) => made("td", {}, words(value(run, name))))));
    const columns = made("tr", {}, made("th", { scope: "col" }, "runs"), ...metrics.slice(-2).map((name) => made("th", { scope: "col" }, name.replaceAll("_", " "))));
    const counts = [...new Set(runs.map((run) => run.n))];
    const diverged = runs.filter((run) => run.diverged).map((run) => `${this.scene.series[run.series]}: ${run.diverged} of ${run.n} diverged`);
    this.step.replaceChildren(made("h2", {}, `After ${step} steps`), made("table", {}, made("thead", {}, wide ? columns : head), made("tbody", {}, ...rows)),
      made("p", { class: "hint" }, [counts.length === 1 && counts[0] > 1 ? `medians of ${counts[0]} seeds` : "", ...diverged].filter(Boolean).join("; ")));
    const run = this.focused();
    for (const { act } of this.parts) act(this.own(run, step), run.steps[this.own(run, step)]);
  }

  // What is inside the chosen networks: histograms of layers, the plane, mistakes.
  openInside() {
    this.parts = [];
    const run = this.focused(), children = [];
    if (this.shown().some((other) => other.layers.length || other.plane || other.mistakes)) {
      const select = made("select", { "aria-label": "Run that is looked into" }, ...this.shown().map((other) =>
        made("option", { value: String(other.series), selected: other === run }, this.scene.series[other.series])));
      select.addEventListener("change", () => this.state.set({ focus: Number(select.value) }));
      children.push(made("h2", {}, "Inside ", select));
      if (!run.layers.length && !run.plane && !run.mistakes) children.push(made("p", { class: "hint" }, "It has left nothing to look into."));
      const charts = made("div", { class: "charts" });
      for (const layers of run.layers) charts.append(this.histograms(layers));
      if (run.plane) charts.append(this.plane(run.plane));
      children.push(charts);
      if (run.mistakes) children.push(this.mistakes(run.mistakes));
    }
    const focus = this.inside.contains(document.activeElement);
    this.inside.replaceChildren(...(children.length ? [made("div", { class: "panel" }, ...children)] : []));
    if (focus) this.inside.querySelector("select")?.focus();
  }

  histograms(of) {
    const canvas = made("canvas", { role: "img" }), figure = made("figure", {}, made("figcaption", {}, `${of.name}s by layer`), canvas);
    canvas.style.width = "100%";
    const counts = this.arrays.columns(of.counts), low = this.arrays.columns(of.low), high = this.arrays.columns(of.high);
    const [from, to] = this.spread(of, counts, low, high), evaluations = low[0].length;
    this.parts.push({ act: (k, step) => {
      const at = Math.min(k, evaluations - 1), row = 46, width = canvas.clientWidth || 300, height = row * of.layers + 24;
      const context = sized(canvas, width, height);
      context.font = "12px system-ui, sans-serif";
      for (let layer = 0; layer < of.layers; layer++) {
        const r = at * of.layers + layer, base = row * (layer + 1), most = Math.max(...counts.map((column) => column[r])) || 1;
        const l = low[layer][at], h = high[layer][at], place = (value) => 24 + ((value - from) / (to - from || 1)) * (width - 30);
        context.fillStyle = variable("--stable");
        for (let bin = 0; bin < of.bins; bin++) {
          const x0 = place(l + ((h - l) * bin) / of.bins), x1 = place(l + ((h - l) * (bin + 1)) / of.bins);
          const tall = (counts[bin][r] / most) * (row - 8);
          if (x1 > 24 && x0 < width) context.fillRect(Math.max(x0, 24), base - tall, Math.max(Math.min(x1, width) - Math.max(x0, 24), 1), tall);
        }
        context.fillStyle = variable("--quiet");
        context.fillRect(24, base, width - 30, 1);
        context.fillText(String(layer + 1), 6, base - 6);
      }
      context.textAlign = "center";
      for (const value of ticks(from, to, 4)) context.fillText(words(value), 24 + ((value - from) / (to - from || 1)) * (width - 30), height - 8);
      canvas.setAttribute("aria-label", `Histograms of ${of.name}s in ${of.layers} layers, step ${step}`);
      figure.querySelector("figcaption").textContent = `${of.name}s by layer, step ${step}`;
    } });
    return figure;
  }

  // The range in which almost all values are, at all times and in all layers.
  spread(of, counts, low, high) {
    const weighted = [];
    for (let at = 0; at < low[0].length; at++) {
      for (let layer = 0; layer < of.layers; layer++) {
        for (let bin = 0; bin < of.bins; bin++) {
          const n = counts[bin][at * of.layers + layer];
          if (n) weighted.push([low[layer][at] + ((high[layer][at] - low[layer][at]) * (bin + 0.5)) / of.bins, n]);
        }
      }
    }
    weighted.sort((a, b) => a[0] - b[0]);
    const total = weighted.reduce((sum, [, n]) => sum + n, 0);
    let sum = 0, from = null, to = null;
    for (const [value, n] of weighted) {
      sum += n;
      if (from === null && sum >= 0.003 * total) from = value;
      if (to === null && sum >= 0.997 * total) to = value;
    }
    return from === to ? [from - 0.5, to + 0.5] : [from, to];
  }

  plane(of) {
    const canvas = made("canvas", { role: "img" }), figure = made("figure", {}, made("figcaption", {}, "decision boundary"), canvas);
    canvas.style.width = "100%";
    const predicted = this.arrays.columns(of.predicted), lead = this.arrays.columns(of.lead);
    const [px, py] = this.arrays.columns(of.points), [classes] = this.arrays.columns(of.classes);
    const evaluations = predicted[0].length / of.rows, [x0, x1, y0, y1] = of.ends;
    this.parts.push({ act: (k, step) => {
      const at = Math.min(k, evaluations - 1), width = Math.min(canvas.clientWidth || 300, 420), height = width;
      canvas.style.width = `${width}px`;
      const context = sized(canvas, width, height), ground = rgb(variable("--page"));
      const w = width / predicted.length, h = height / of.rows;
      for (let i = 0; i < predicted.length; i++) {
        for (let j = 0; j < of.rows; j++) {
          const r = at * of.rows + j, share = 0.15 + 0.45 * lead[i][r], full = rgb(CLASSES[predicted[i][r] % CLASSES.length]);
          context.fillStyle = `rgb(${full.map((value, n) => Math.round(ground[n] + (value - ground[n]) * share)).join()})`;
          context.fillRect(i * w, (of.rows - 1 - j) * h, w + 0.5, h + 0.5);
        }
      }
      classes.forEach((which, i) => {
        const x = ((px[i] - x0) / (x1 - x0)) * width, y = (1 - (py[i] - y0) / (y1 - y0)) * height;
        trace(context, mark(which), x, y, 3);
        context.fillStyle = CLASSES[which % CLASSES.length];
        context.fill();
        context.strokeStyle = variable("--page");
        context.lineWidth = 0.7;
        context.stroke();
      });
      canvas.setAttribute("aria-label", `What the network predicts in the plane, with its examples, step ${step}`);
      figure.querySelector("figcaption").textContent = `decision boundary, step ${step}`;
    } });
    return figure;
  }

  mistakes(of) {
    const columns = this.arrays.columns(of.images);
    const images = of.true.map((right, i) => {
      const canvas = made("canvas", { width: of.side, height: of.side, role: "img", "aria-label": `a ${right}, taken for ${of.predicted[i]}` });
      canvas.style.width = canvas.style.height = "56px";
      canvas.style.imageRendering = "pixelated";
      const context = canvas.getContext("2d"), image = context.createImageData(of.side, of.side);
      columns.forEach((column, p) => image.data.set([255 - column[i], 255 - column[i], 255 - column[i], 255], 4 * p));
      context.putImageData(image, 0, 0);
      return made("figure", { class: "mistake" }, canvas, made("figcaption", {}, `${right} → ${of.predicted[i]}`));
    });
    const says = `At the end, with seed ${of.seed}, ${of.n} of ${of.of} test images are taken for another class; the ${images.length} of which it is surest:`;
    return made("div", {}, made("p", { class: "hint" }, says), made("div", { class: "mistakes" }, ...images));
  }

  said(k) {
    return this.counted(k);
  }

  command() {
    return this.focused()?.command || "";
  }

  key() {
    return false;
  }
}
