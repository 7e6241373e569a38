// Looks: colours and marks of series, and numbers as words.

// Okabe and Ito's palette, and neighbours of it, for light and for dark pages; marks tell them apart in grey.
const COLOURS = {
  light: ["#1a1d21", "#0072b2", "#c44e00", "#00795a", "#a8447f", "#8c6d00", "#3b8fbf", "#6a3d9a", "#b22222",
    "#4d7c0f", "#5b6470", "#8b4513"],
  dark: ["#f1f3f4", "#5db8f0", "#ff9a57", "#45d6a8", "#f095c6", "#f2d24b", "#a5d8f5", "#c3a3f0", "#ff8a80",
    "#b5d96b", "#b4bcc6", "#d9a679"],
};
const MARKS = ["circle", "square", "triangle", "cross", "diamond", "plus"];

function isDark() {
  return document.documentElement.classList.contains("dark");
}

function colour(i) {
  const all = COLOURS[isDark() ? "dark" : "light"];
  return all[i % all.length];
}

function mark(i) {
  return MARKS[(i + Math.floor(i / COLOURS.light.length)) % MARKS.length];
}

function variable(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The outline of a mark around a point, on a canvas.
function trace(context, shape, x, y, r) {
  context.beginPath();
  if (shape === "circle") context.arc(x, y, r, 0, 2 * Math.PI);
  if (shape === "square") context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  const corners = {
    triangle: [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]],
    diamond: [[0, -1.3], [1.1, 0], [0, 1.3], [-1.1, 0]],
    cross: [[-1.1, -0.5], [-0.5, -1.1], [0, -0.6], [0.5, -1.1], [1.1, -0.5], [0.6, 0], [1.1, 0.5], [0.5, 1.1], [0, 0.6],
      [-0.5, 1.1], [-1.1, 0.5], [-0.6, 0]],
    plus: [[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2], [-0.4, 1.2],
      [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]],
  }[shape] || [];
  corners.forEach(([dx, dy], i) => (i ? context.lineTo(x + r * dx, y + r * dy) : context.moveTo(x + r * dx, y + r * dy)));
  if (corners.length) context.closePath();
}

function drawMark(context, i, x, y, r) {
  trace(context, mark(i), x, y, r);
  context.fillStyle = colour(i);
  context.fill();
  context.strokeStyle = variable("--page");
  context.lineWidth = 1.2;
  context.stroke();
}

// A canvas of a size in CSS pixels; returns its context, which draws in these.
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.height = `${height}px`;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

const MOST = 3.4e38;

function words(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Math.abs(value) >= MOST) return value > 0 ? "> 3e38" : "< −3e38";
  const small = Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5;
  const text = value === 0 ? "0" : small ? value.toExponential(2) : String(Number(value.toPrecision(4)));
  return text.replace("e+", "e").replace(/-/g, "−");
}

// An element with attributes and children; text is never read as HTML.
function made(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
