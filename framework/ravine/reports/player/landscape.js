// Landscape: a surface from above, bands of its heights with lines between them, and paths on it.

const MARGIN = { left: 44, right: 10, top: 10, bottom: 36 };

class Landscape {
  constructor(surface, arrays) {
    this.surface = surface;
    // The packed table has a row for each y.
    this.columns = arrays.columns(surface.heights);
    this.nx = this.columns.length;
    this.ny = this.columns[0].length;
    this.image = null;
  }

  // What is seen: the domain, or a part of it.
  view(zoom) {
    const [[x0, x1], [y0, y1]] = this.surface.domain;
    const [cx, cy] = zoom.centre || [(x0 + x1) / 2, (y0 + y1) / 2];
    const w = (x1 - x0) / zoom.by / 2, h = (y1 - y0) / zoom.by / 2;
    return { x0: cx - w, x1: cx + w, y0: cy - h, y1: cy + h };
  }

  frame(width, height, zoom) {
    const view = this.view(zoom);
    const w = width - MARGIN.left - MARGIN.right, h = height - MARGIN.top - MARGIN.bottom;
    return {
      ...view, w, h,
      x: (x) => MARGIN.left + ((x - view.x0) / (view.x1 - view.x0)) * w,
      y: (y) => MARGIN.top + (1 - (y - view.y0) / (view.y1 - view.y0)) * h,
      back: (px, py) => [
        view.x0 + ((px - MARGIN.left) / w) * (view.x1 - view.x0),
        view.y0 + (1 - (py - MARGIN.top) / h) * (view.y1 - view.y0),
      ],
    };
  }

  height(x, y) {
    const [[x0, x1], [y0, y1]] = this.surface.domain;
    const u = ((x - x0) / (x1 - x0)) * (this.nx - 1), v = ((y - y0) / (y1 - y0)) * (this.ny - 1);
    if (!(u >= 0 && v >= 0 && u <= this.nx - 1 && v <= this.ny - 1)) return NaN;
    const i = Math.min(Math.floor(u), this.nx - 2), j = Math.min(Math.floor(v), this.ny - 2);
    const a = u - i, b = v - j, c = this.columns;
    return (c[i][j] * (1 - a) + c[i + 1][j] * a) * (1 - b) + (c[i][j + 1] * (1 - a) + c[i + 1][j + 1] * a) * b;
  }

  // The bands as a picture, kept until size, part or theme change.
  bands(frame, ratio) {
    const w = Math.round(frame.w * ratio), h = Math.round(frame.h * ratio);
    const key = [w, h, frame.x0, frame.x1, frame.y0, frame.y1, isDark()].join();
    if (this.image && this.image.key === key) return this.image.canvas;
    const canvas = made("canvas", { width: w, height: h });
    const context = canvas.getContext("2d");
    const image = context.createImageData(w, h);
    const levels = this.surface.levels, ramp = shades(levels.length + 1), line = rgb(variable("--contour"));
    const outside = rgb(variable("--page"));
    const bands = new Int16Array(w * h);
    for (let py = 0; py < h; py++) {
      const y = frame.y1 - ((py + 0.5) / h) * (frame.y1 - frame.y0);
      for (let px = 0; px < w; px++) {
        const f = this.height(frame.x0 + ((px + 0.5) / w) * (frame.x1 - frame.x0), y);
        let band = 0;
        while (band < levels.length && f > levels[band]) band++;
        bands[py * w + px] = Number.isNaN(f) ? -1 : band;
      }
    }
    for (let at = 0; at < bands.length; at++) {
      const here = bands[at], right = (at + 1) % w ? bands[at + 1] : here, below = at + w < bands.length ? bands[at + w] : here;
      const edge = here >= 0 && right >= 0 && below >= 0 && (here !== right || here !== below);
      const shade = here < 0 ? outside : edge ? line : ramp[here];
      image.data.set([shade[0], shade[1], shade[2], 255], 4 * at);
    }
    context.putImageData(image, 0, 0);
    this.image = { key, canvas };
    return canvas;
  }

  draw(context, width, height, zoom, runs, at) {
    const frame = this.frame(width, height, zoom);
    context.drawImage(this.bands(frame, window.devicePixelRatio || 1), MARGIN.left, MARGIN.top, frame.w, frame.h);
    drawScales(context, frame);
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, MARGIN.top, frame.w, frame.h);
    context.clip();
    for (const [x, y] of this.surface.minima) {
      context.strokeStyle = variable("--text");
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(frame.x(x) - 6, frame.y(y));
      context.lineTo(frame.x(x) + 6, frame.y(y));
      context.moveTo(frame.x(x), frame.y(y) - 6);
      context.lineTo(frame.x(x), frame.y(y) + 6);
      context.stroke();
    }
    const far = (value) => Math.max(-1e5, Math.min(1e5, value));
    const place = (run, k) => [far(frame.x(run.x[k])), far(frame.y(run.y[k]))];
    for (const run of runs) drawPath(context, run, at, (k) => place(run, k));
    for (const run of runs) drawHead(context, run, at, (k) => place(run, k));
    context.restore();
  }
}

// A path: all of it pale, what is made until now strong, a dot at each step if there is room.
function drawPath(context, run, at, place) {
  const end = Math.min(at, run.steps), whole = Math.floor(end);
  context.strokeStyle = context.fillStyle = colour(run.look);
  context.lineJoin = "round";
  for (const [last, alpha, width] of [[run.steps, 0.22, 1], [whole, 1, 2]]) {
    context.globalAlpha = alpha;
    context.lineWidth = width;
    context.beginPath();
    for (let k = 0; k <= last; k++) context[k ? "lineTo" : "moveTo"](...place(k));
    if (alpha === 1 && end > whole) context.lineTo(...between(place, end));
    context.stroke();
  }
  if (run.steps <= 120) {
    for (let k = 1; k <= whole; k++) {
      context.beginPath();
      context.arc(...place(k), 2, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

function drawHead(context, run, at, place) {
  const [x0, y0] = place(0);
  context.beginPath();
  context.arc(x0, y0, 4, 0, 2 * Math.PI);
  context.fillStyle = variable("--page");
  context.fill();
  context.strokeStyle = variable("--text");
  context.lineWidth = 1.5;
  context.stroke();
  drawMark(context, run.look, ...between(place, Math.min(at, run.steps)), 6);
}

// Between two steps the picture moves evenly, which is the picture's doing, not the run's.
function between(place, at) {
  const k = Math.floor(at), share = at - k;
  if (!share) return place(k);
  const [x0, y0] = place(k), [x1, y1] = place(k + 1);
  return [x0 + share * (x1 - x0), y0 + share * (y1 - y0)];
}

function drawScales(context, frame) {
  context.fillStyle = variable("--quiet");
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const x of ticks(frame.x0, frame.x1)) context.fillText(words(x), frame.x(x), MARGIN.top + frame.h + 5);
  context.fillText("x", MARGIN.left + frame.w / 2, MARGIN.top + frame.h + 20);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const y of ticks(frame.y0, frame.y1)) context.fillText(words(y), MARGIN.left - 5, frame.y(y));
  context.fillText("y", 10, MARGIN.top + frame.h / 2);
}

function ticks(low, high, most = 6) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step) {
    found.push(Math.abs(value) < step * 1e-9 ? 0 : Number(value.toPrecision(12)));
  }
  return found;
}

function rgb(text) {
  const hex = text.replace("#", "");
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

// Colours from low to high.
function shades(n) {
  const low = rgb(variable("--low")), high = rgb(variable("--high"));
  return Array.from({ length: n }, (_, i) => low.map((from, k) => Math.round(from + (high[k] - from) * (i / Math.max(n - 1, 1)))));
}
