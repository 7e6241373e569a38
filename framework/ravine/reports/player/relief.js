// Relief: a surface seen from the side, with paths on it. Heights are drawn by their third root, as levels are.

class Relief {
  constructor(landscape) {
    this.landscape = landscape;
    const { surface, columns, nx, ny } = landscape;
    const [low, high] = surface.range;
    this.up = (f) => (Number.isFinite(f) ? Math.cbrt(Math.max(0, f - low) / (high - low || 1)) : 1);
    const every = Math.max(1, Math.floor(Math.max(nx, ny) / 48));
    this.i = range(0, nx - 1, every);
    this.j = range(0, ny - 1, every);
    this.z = this.i.map((i) => this.j.map((j) => this.up(columns[i][j])));
  }

  // Points are in a box from −1 to 1; the domain keeps its proportions.
  projection(width, height, turn) {
    const [[x0, x1], [y0, y1]] = this.landscape.surface.domain;
    const longest = Math.max(x1 - x0, y1 - y0), a = turn.azimuth, e = turn.elevation;
    const scale = Math.min(width / 2.9, height / 2.1) * (turn.by || 1);
    return (x, y, z) => {
      const u = (2 * (x - (x0 + x1) / 2)) / longest, v = (2 * (y - (y0 + y1) / 2)) / longest, w = 0.9 * z - 0.45;
      const right = u * Math.cos(a) + v * Math.sin(a), depth = -u * Math.sin(a) + v * Math.cos(a);
      return [
        width / 2 + scale * right,
        height / 2 - scale * (w * Math.cos(e) + depth * Math.sin(e)),
        depth * Math.cos(e) - w * Math.sin(e),
      ];
    };
  }

  draw(context, width, height, turn, runs, at) {
    const project = this.projection(width, height, turn), { surface, nx, ny } = this.landscape;
    const [[x0, x1], [y0, y1]] = surface.domain;
    const xs = this.i.map((i) => x0 + (i / (nx - 1)) * (x1 - x0)), ys = this.j.map((j) => y0 + (j / (ny - 1)) * (y1 - y0));
    const points = this.z.map((row, i) => row.map((z, j) => project(xs[i], ys[j], z)));
    const ramp = shades(64), items = [];
    for (let i = 0; i + 1 < points.length; i++) {
      for (let j = 0; j + 1 < points[i].length; j++) {
        const corners = [points[i][j], points[i + 1][j], points[i + 1][j + 1], points[i][j + 1]];
        const z = (this.z[i][j] + this.z[i + 1][j + 1]) / 2;
        items.push({ depth: middle(corners), corners, shade: ramp[Math.min(63, Math.floor(z * 64))] });
      }
    }
    const inside = (x, y) => x >= x0 && x <= x1 && y >= y0 && y <= y1;
    // A little above the surface, so that a path is not half in it.
    const place = (run, k) => project(run.x[k], run.y[k], this.up(run.f[k]) + 0.015);
    const heads = [];
    for (const run of runs) {
      const end = Math.min(at, run.steps);
      for (let k = 0; k < run.steps; k++) {
        if (!inside(run.x[k], run.y[k]) || !inside(run.x[k + 1], run.y[k + 1])) continue;
        const from = place(run, k), to = place(run, k + 1);
        const share = Math.max(0, Math.min(1, end - k));
        items.push({ depth: middle([from, to]) - 0.03, from, to, run, alpha: share === 1 ? 1 : 0.25 });
        if (share > 0 && share < 1) {
          const part = from.map((value, n) => value + share * (to[n] - value));
          items.push({ depth: middle([from, part]) - 0.031, from, to: part, run, alpha: 1 });
        }
      }
      const k = Math.floor(end);
      if (inside(run.x[k], run.y[k])) heads.push([run, between((n) => place(run, n).slice(0, 2), end)]);
    }
    items.sort((one, other) => other.depth - one.depth);
    context.lineJoin = "round";
    for (const item of items) (item.run ? drawSegment : drawTile)(context, item);
    for (const [run, [x, y]] of heads) drawMark(context, run.look, x, y, 6);
    context.fillStyle = variable("--quiet");
    context.font = "13px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("x", ...project((x0 + x1) / 2, y0 - 0.12 * (y1 - y0), 0));
    context.fillText("y", ...project(x1 + 0.08 * (x1 - x0), (y0 + y1) / 2, 0));
  }
}

function drawTile(context, { corners, shade }) {
  context.globalAlpha = 1;
  context.fillStyle = `rgb(${shade.join()})`;
  context.strokeStyle = variable("--contour");
  context.lineWidth = 0.4;
  context.beginPath();
  corners.forEach(([x, y], n) => context[n ? "lineTo" : "moveTo"](x, y));
  context.closePath();
  context.fill();
  context.stroke();
}

function drawSegment(context, { from, to, run, alpha }) {
  context.globalAlpha = alpha;
  context.strokeStyle = colour(run.look);
  context.lineWidth = alpha === 1 ? 2.4 : 1.2;
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.lineTo(to[0], to[1]);
  context.stroke();
  context.globalAlpha = 1;
}

function middle(points) {
  return points.reduce((sum, point) => sum + point[2], 0) / points.length;
}

function range(from, to, every) {
  const found = [];
  for (let n = from; n < to; n += every) found.push(n);
  return [...found, to];
}
