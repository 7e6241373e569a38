// Choices: series with their marks, sliders over recorded values, and buttons that stay pressed.

// The run of a series at the sliders; one that was never made with other values counts at all of them.
function chosen(scene, state, series, fits = () => true) {
  const own = scene.runs.filter((run) => run.series === series && fits(run));
  const varies = scene.sliders.map((_, i) => new Set(own.map((run) => run.at[i])).size > 1);
  return own.find((run) => run.at.every((value, i) => !varies[i] || value === state.all.at[i])) || null;
}

function seriesRow(state, label, i) {
  const box = made("input", { type: "checkbox", id: `series-${i}`, checked: state.all.series.includes(i) });
  box.addEventListener("change", () => {
    const series = state.all.series.filter((other) => other !== i);
    state.set({ series: box.checked ? [...series, i].sort((a, b) => a - b) : series, focus: box.checked ? i : state.get("focus") });
  });
  const swatch = made("canvas", { width: 18, height: 18, "aria-hidden": "true" });
  swatch.style.width = "18px";
  const output = made("output", { htmlFor: `series-${i}` });
  const element = made("div", { class: "series" }, box, swatch, made("label", { htmlFor: `series-${i}` }, label), output);
  const show = (there) => {
    box.disabled = !there;
    box.checked = state.all.series.includes(i);
    drawMark(sized(swatch, 18, 18), i, 9, 9, 6);
  };
  return { element, output, show };
}

// The rows of all series; of many, also all and none at once.
function seriesField(state, rows, legend) {
  const all = (label, series) => {
    const button = made("button", { type: "button" }, label);
    button.addEventListener("click", () => state.set({ series }));
    return button;
  };
  const both = rows.length > 5 ? [made("div", { class: "tools" }, all("all", rows.map((_, i) => i)), all("none", []))] : [];
  return made("fieldset", {}, made("legend", {}, legend), ...rows.map((row) => row.element), ...both);
}

function sliders(state, scene) {
  const one = (slider, i) => {
    const value = made("b");
    const input = made("input", { type: "range", min: "0", max: String(slider.values.length - 1), step: "1", "aria-label": slider.name });
    const tell = () => {
      value.textContent = slider.values[state.all.at[i]];
      input.value = String(state.all.at[i]);
      input.setAttribute("aria-valuetext", value.textContent);
    };
    input.addEventListener("input", () => state.set({ at: state.all.at.map((old, k) => (k === i ? Number(input.value) : old)) }));
    state.watch(tell);
    tell();
    return made("label", { class: "slider" }, made("span", {}, slider.name.replace("optimizer.", ""), value), input);
  };
  if (!scene.sliders.length) return [];
  return [made("fieldset", {}, made("legend", {}, "Recorded values"), ...scene.sliders.map(one))];
}

function toggle(state, key, on, off, label) {
  const button = made("button", { type: "button" }, label);
  const tell = () => button.setAttribute("aria-pressed", String(state.get(key) === on));
  button.addEventListener("click", () => state.set({ [key]: state.get(key) === on ? off : on }));
  state.watch(tell);
  tell();
  return button;
}
