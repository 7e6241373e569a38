// Stability: for which rates and curvatures a linear rule converges, with a run as a point.

function drawStability(canvas, map, run, arrays, momentum) {
  const width = canvas.clientWidth || 270, height = 190, context = sized(canvas, width, height);
  const columns = arrays.columns(map.factors), n = columns.length, m = columns[0].length;
  const box = { x: 44, y: 8, w: width - 54, h: height - 44 };
  const [fast, slow] = [rgb(variable("--stable")), rgb(variable("--page"))], never = rgb(variable("--unstable"));
  const cell = { w: box.w / m, h: box.h / n };
  const shade = (factor) => {
    if (!(factor < 1)) return never;
    const share = Math.min(1, (1 - factor) * 2);
    return slow.map((from, k) => Math.round(from + (fast[k] - from) * (0.15 + 0.85 * share)));
  };
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < m; i++) {
      context.fillStyle = `rgb(${shade(columns[j][i]).join()})`;
      context.fillRect(box.x + i * cell.w, box.y + (n - 1 - j) * cell.h, cell.w + 0.6, cell.h + 0.6);
    }
  }
  context.strokeStyle = variable("--text");
  context.lineWidth = 1.5;
  context.beginPath();
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < m; i++) {
      const here = columns[j][i] < 1, x = box.x + i * cell.w, y = box.y + (n - 1 - j) * cell.h;
      if (i + 1 < m && columns[j][i + 1] < 1 !== here) { context.moveTo(x + cell.w, y); context.lineTo(x + cell.w, y + cell.h); }
      if (j + 1 < n && columns[j + 1][i] < 1 !== here) { context.moveTo(x, y); context.lineTo(x + cell.w, y); }
    }
  }
  context.stroke();
  const isLog = map.field === null;
  const share = (value, [low, high], log) => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const x = box.x + box.w * share(run.rate, map.rates, true);
  const across = isLog ? map.curvatures : [momentum];
  for (const value of across) drawMark(context, run.look, x, box.y + box.h * (1 - share(value, map.across, isLog)), 5);
  context.fillStyle = variable("--quiet");
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const rate of powers(map.rates)) context.fillText(words(rate), box.x + box.w * share(rate, map.rates, true), box.y + box.h + 4);
  context.fillText("learning rate", box.x + box.w / 2, box.y + box.h + 18);
  context.textAlign = "right";
  context.textBaseline = "middle";
  const marks = isLog ? powers(map.across) : [0, 0.5, 0.9];
  for (const value of marks) context.fillText(words(value), box.x - 4, box.y + box.h * (1 - share(value, map.across, isLog)));
}

function powers([low, high]) {
  const found = [];
  for (let power = Math.ceil(Math.log10(low)); power <= Math.log10(high); power++) found.push(Number(`1e${power}`));
  return found;
}
