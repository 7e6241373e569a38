// Player: the state of the page, its transport, keys, address and theme.

class State {
  constructor(scene, name) {
    this.name = name;
    this.watchers = [];
    this.position = 0;
    this.all = { surface: 0, series: scene.series.map((_, i) => i), at: startOf(scene), focus: 0, view: "map", layout: "over", scale: "linear", speed: 4 };
    this.fromAddress(scene);
  }

  get(key) {
    return this.all[key];
  }

  set(values) {
    Object.assign(this.all, values);
    this.scene.refreshAll();
    this.toAddress();
  }

  watch(watcher) {
    this.watchers.push(watcher);
  }

  // ---- the address ----

  toAddress() {
    const { surface, series, at, focus, view, layout, scale } = this.all;
    const parts = new URLSearchParams({ tab: this.name, surface, runs: series.join("."), at: at.join("."), step: Math.floor(this.position), focus,
      view, layout, scale, theme: isDark() ? "dark" : "light" });
    history.replaceState(null, "", `#${parts}`);
  }

  fromAddress(scene) {
    const parts = new URLSearchParams(location.hash.slice(1));
    const whole = (text, below, fallback) => (/^\d+$/.test(text || "") && Number(text) < below ? Number(text) : fallback);
    this.all.surface = whole(parts.get("surface"), scene.surfaces?.length || 1, 0);
    this.all.focus = whole(parts.get("focus"), scene.series.length, 0);
    if (parts.has("runs")) {
      this.all.series = parts.get("runs").split(".").map((text) => whole(text, scene.series.length, null)).filter((i) => i !== null);
    }
    const at = (parts.get("at") || "").split(".");
    this.all.at = this.all.at.map((value, i) => whole(at[i], scene.sliders[i].values.length, value));
    if (["map", "relief"].includes(parts.get("view"))) this.all.view = parts.get("view");
    if (["over", "side"].includes(parts.get("layout"))) this.all.layout = parts.get("layout");
    if (["linear", "log"].includes(parts.get("scale"))) this.all.scale = parts.get("scale");
    this.position = whole(parts.get("step"), 1e9, 0);
  }

  // ---- the transport ----

  transport() {
    const button = (shape, label, act) => {
      const element = made("button", { type: "button", "aria-label": label, title: label }, icon(shape));
      element.addEventListener("click", act);
      return element;
    };
    this.playing = false;
    this.loop = false;
    this.playButton = button("play", "play", () => this.play(!this.playing));
    this.scrubber = made("input", { type: "range", min: "0", step: "1", value: "0", "aria-label": "step", class: "scrub" });
    this.scrubber.addEventListener("input", () => this.goTo(Number(this.scrubber.value)));
    this.counter = made("output");
    const speed = made("select", { "aria-label": "steps a second" }, ...[1, 2, 4, 10, 30, 100].map((n) =>
      made("option", { value: String(n), selected: n === this.all.speed }, `${n} a second`)));
    speed.addEventListener("change", () => (this.all.speed = Number(speed.value)));
    const loop = button("loop", "again and again", () => {
      this.loop = !this.loop;
      loop.setAttribute("aria-pressed", String(this.loop));
    });
    loop.setAttribute("aria-pressed", "false");
    return made("div", { class: "transport", role: "group", "aria-label": "Steps" },
      button("first", "first step", () => this.goTo(0)), button("back", "one step back", () => this.goTo(Math.ceil(this.position) - 1)),
      this.playButton, button("on", "one step on", () => this.goTo(Math.floor(this.position) + 1)),
      button("last", "last step", () => this.goTo(this.scene.last)), this.scrubber, this.counter, speed, loop);
  }

  goTo(step) {
    this.play(false);
    this.move(Math.round(step));
    this.say();
    this.toAddress();
  }

  move(position) {
    this.position = Math.max(0, Math.min(this.scene.last, position));
    this.tell();
    this.scene.draw();
  }

  tell() {
    const k = Math.floor(this.position);
    this.scrubber.max = String(this.scene.last);
    this.scrubber.value = String(k);
    this.counter.textContent = this.scene.counted(k);
    this.scrubber.setAttribute("aria-valuetext", this.counter.textContent);
  }

  play(on) {
    if (on === this.playing) return;
    this.playing = on;
    this.playButton.replaceChildren(icon(on ? "pause" : "play"));
    this.playButton.setAttribute("aria-label", on ? "pause" : "play");
    this.playButton.title = on ? "pause" : "play";
    if (!on) {
      this.position = Math.floor(this.position);
      this.say();
      this.toAddress();
      return;
    }
    if (this.position >= this.scene.last) this.move(0);
    // Who asks for less motion sees whole steps.
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    let before = null, at = this.position;
    const frame = (now) => {
      if (!this.playing) return;
      at += before === null ? 0 : ((now - before) / 1000) * this.all.speed;
      before = now;
      if (at >= this.scene.last && !this.loop) {
        this.move(this.scene.last);
        this.play(false);
        return;
      }
      at %= this.scene.last;
      this.move(calm ? Math.floor(at) : at);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  say() {
    document.getElementById("said").textContent = this.scene.said(Math.floor(this.position));
  }

  key(event) {
    // A slider of its own values has keys of its own; that of the steps has the page's.
    const typing = event.target.matches?.("select, input[type=range]:not(.scrub)");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const far = event.shiftKey ? 10 : 1;
    const onButton = event.target.matches?.("button, input[type=checkbox]");
    if (event.key === "ArrowLeft") this.goTo(Math.ceil(this.position) - far);
    else if (event.key === "ArrowRight") this.goTo(Math.floor(this.position) + far);
    else if (event.key === "Home") this.goTo(0);
    else if (event.key === "End") this.goTo(this.scene.last);
    else if (event.key === " " && !onButton) this.play(!this.playing);
    else if (event.key === " " || !this.scene.key(event.key)) return;
    event.preventDefault();
  }
}

const ICONS = {
  play: "M4 2 L14 8 L4 14 Z",
  pause: "M3 2 H6.5 V14 H3 Z M9.5 2 H13 V14 H9.5 Z",
  back: "M11 2 L3 8 L11 14 Z M12 2 H14 V14 H12 Z",
  on: "M5 2 L13 8 L5 14 Z M2 2 H4 V14 H2 Z",
  first: "M2 2 H4 V14 H2 Z M10 2 L4.5 8 L10 14 Z M15.5 2 L10 8 L15.5 14 Z",
  last: "M12 2 H14 V14 H12 Z M6 2 L11.5 8 L6 14 Z M0.5 2 L6 8 L0.5 14 Z",
  loop: "M8 2.5 A5.5 5.5 0 1 1 2.9 6 L1 6 L3.8 1.5 L7 6 L5 6 A3.7 3.7 0 1 0 8 4.3 Z",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg", image = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" })) image.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill", "currentColor");
  image.append(path);
  return image;
}

// Sliders begin in their middle.
function startOf(scene) {
  return scene.sliders.map((slider) => Math.floor((slider.values.length - 1) / 2));
}

function setTheme(dark) {
  document.documentElement.classList.toggle("dark", dark);
  document.getElementById("theme").setAttribute("aria-pressed", String(dark));
}

function copied(text, button) {
  button.dataset.label ||= button.textContent;
  const done = () => {
    button.textContent = "copied";
    clearTimeout(button.timer);
    button.timer = setTimeout(() => (button.textContent = button.dataset.label), 1500);
  };
  const ask = () => window.prompt("To copy:", text);
  if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, ask);
  else ask();
}

async function begin() {
  const { about, arrays } = await unpacked();
  const main = document.getElementById("player");
  const kinds = { descents: [Descents, "Descents"], networks: [Networks, "Networks"] };
  const there = Object.keys(about), tabs = made("nav", { class: "tabs", "aria-label": "Kinds of runs" });
  let state = null;
  // What the address asks for, or the first of what there is.
  const open = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    const name = there.includes(asked.get("tab")) ? asked.get("tab") : there[0];
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    setTheme(asked.has("theme") ? asked.get("theme") === "dark" : dark);
    state?.play(false);
    state = new State(about[name], name);
    const scene = new kinds[name][0](about[name], arrays, state);
    state.scene = scene;
    scene.refreshAll = () => {
      for (const watcher of state.watchers) watcher();
      state.position = Math.min(state.position, scene.last);
      scene.refresh();
      state.tell();
    };
    main.replaceChildren();
    scene.build(main);
    scene.refreshAll();
    for (const tab of tabs.children) tab.setAttribute("aria-pressed", String(tab.dataset.name === name));
  };
  if (there.length > 1) {
    for (const name of there) {
      const button = made("button", { type: "button", "data-name": name }, kinds[name][1]);
      button.addEventListener("click", () => {
        history.replaceState(null, "", `#tab=${name}&theme=${isDark() ? "dark" : "light"}`);
        open();
      });
      tabs.append(button);
    }
    main.before(tabs);
  }
  open();
  document.addEventListener("keydown", (event) => state.key(event));
  document.getElementById("theme").addEventListener("click", () => {
    setTheme(!isDark());
    state.scene.refreshAll();
    state.toAddress();
  });
  document.getElementById("copy").addEventListener("click", (event) => copied(state.scene.command(), event.currentTarget));
  document.getElementById("link").addEventListener("click", (event) => {
    state.toAddress();
    copied(location.href, event.currentTarget);
  });
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (width !== window.innerWidth) state.scene.refreshAll();
    width = window.innerWidth;
  });
  window.addEventListener("hashchange", open);
  document.documentElement.dataset.ready = "true";
}

begin();
