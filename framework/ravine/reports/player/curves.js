// Curves: charts of several lines over steps, drawn by uPlot; a line shows the step that is played.

class Chart {
  constructor(title, { log = false, height = 190, onStep = null } = {}) {
    this.title = title;
    this.log = log;
    this.height = height;
    this.onStep = onStep;
    this.place = made("div");
    this.caption = made("figcaption", {}, title);
    this.element = made("figure", {}, this.caption, this.place);
    this.step = 0;
    this.plot = null;
  }

  // Lines: {label, look, steps, values, low, high}; each has its own steps.
  show(lines) {
    this.plot?.destroy();
    this.place.replaceChildren();
    const width = this.place.clientWidth || 320;
    const positive = (values) => Array.from(values, (value) =>
      value === null || !Number.isFinite(value) || Math.abs(value) >= MOST || (this.log && value <= 0) ? null : value);
    const series = [{ label: "step" }], tables = [], bands = [];
    for (const line of lines) {
      const stroke = colour(line.look), table = [Array.from(line.steps)];
      if (line.low) {
        series.push({ stroke: "transparent", points: { show: false } }, { stroke: "transparent", points: { show: false } });
        table.push(positive(line.high), positive(line.low));
        bands.push({ series: [series.length - 2, series.length - 1], fill: `${stroke}2e` });
      }
      // One point makes no line.
      const alone = table[0].length === 1;
      series.push({ label: line.label, stroke, width: 1.8, points: { show: alone }, spanGaps: false });
      table.push(positive(line.values));
      tables.push(table);
    }
    // Where a line has no step, it goes on; where its value is not a number, it has a gap.
    const data = tables.length ? uPlot.join(tables) : [[]];
    const any = data.slice(1).some((values) => values.some((value) => value != null));
    this.place.setAttribute("role", "img");
    this.place.setAttribute("aria-label", `${this.title} by step, of ${lines.map((line) => line.label).join(", ") || "nothing"}`);
    if (!any) {
      this.place.append(made("p", { class: "hint" }, "nothing to draw"));
      this.plot = null;
      return;
    }
    const [low, high] = this.ends(data), [least, most] = extremes(data.slice(1));
    const beyond = [most > high ? "above" : "", least < low ? "below" : ""].filter(Boolean).join(" and ");
    this.caption.textContent = this.title + (beyond && `; a line goes on ${beyond}`);
    const axis = { stroke: variable("--quiet"), grid: { stroke: variable("--line"), width: 0.6 }, ticks: { show: false },
      font: "12px system-ui, sans-serif" };
    const spare = (u, values) => values.map((value) => (value === null ? "" : words(value)));
    this.plot = new uPlot({
      width, height: this.height, series, bands,
      scales: { x: { time: false }, y: { distr: this.log ? 3 : 1, range: [low, high] } },
      axes: [{ ...axis, size: 28 }, { ...axis, size: 56, ...(this.log ? { splits: (u, i, low, high) => powers([low, high]) } : {}), values: this.log ? (u, values) => decades(values) : spare }],
      legend: { show: false },
      cursor: { points: { show: false }, y: false, drag: { x: false, y: false } },
      hooks: { draw: [(u) => this.drawStep(u)] },
    }, data, this.place);
    if (this.onStep) this.plot.over.addEventListener("click", () => this.onStep(this.plot.posToVal(this.plot.cursor.left, "x")));
  }

  // The ends of the vertical axis. What runs away, or vanishes, would leave no room for the others.
  ends(data) {
    const [least, most] = extremes(data.slice(1));
    const [, first] = extremes(data.slice(1).map((column) => [column.find((value) => value != null)]));
    if (!this.log) {
      const far = 1e3 * (Math.abs(first) + 1), low = Math.max(least, first - far), high = Math.min(most, first + far);
      const room = 0.04 * (high - low || Math.abs(high) || 1);
      return [low - room, high + room];
    }
    const high = Math.min(most, 1e3 * first), low = Math.max(least, 1e-16 * high);
    return [10 ** Math.floor(Math.log10(low)), 10 ** Math.ceil(Math.log10(high * 1.0001))];
  }

  mark(step) {
    this.step = step;
    this.plot?.redraw(false);
  }

  drawStep(u) {
    const x = u.valToPos(this.step, "x", true);
    if (!(x >= u.bbox.left - 1 && x <= u.bbox.left + u.bbox.width + 1)) return;
    u.ctx.save();
    u.ctx.strokeStyle = variable("--text");
    u.ctx.lineWidth = window.devicePixelRatio || 1;
    u.ctx.beginPath();
    u.ctx.moveTo(x, u.bbox.top);
    u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    u.ctx.restore();
  }
}

// The lowest and the highest number of some columns; there may be more than a call can have arguments.
function extremes(columns) {
  let low = Infinity, high = -Infinity;
  for (const column of columns) {
    for (const value of column) {
      if (value == null || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

// On an axis of many powers of ten only these have words, and not each of them if there are many.
function decades(values) {
  const powers = values.map((value) => (value === null ? NaN : Math.log10(value)));
  const whole = powers.filter((power) => Math.abs(power - Math.round(power)) < 1e-9);
  const every = Math.ceil(whole.length / 6);
  return powers.map((power, i) => {
    const near = Math.round(power);
    if (!(Math.abs(power - near) < 1e-9)) return whole.length < 2 && values[i] !== null ? words(values[i]) : "";
    return ((near % every) + every) % every ? "" : Math.abs(near) < 3 ? words(values[i]) : `1e${near}`.replace("-", "−");
  });
}
