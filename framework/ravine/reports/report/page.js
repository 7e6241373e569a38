"use strict";
// Filter by verdict and text, players that are loaded when they are opened, and the theme. Without it all is shown.

const root = document.documentElement, filter = document.querySelector(".filter"), theme = document.getElementById("theme");

function setTheme(dark) {
  root.classList.toggle("dark", dark);
  theme.setAttribute("aria-pressed", String(dark));
}

function apply() {
  const words = document.getElementById("find").value.trim().toLowerCase();
  const wanted = new Set([...document.querySelectorAll("[name=outcome]:checked")].map((box) => box.value));
  const all = document.querySelectorAll("[name=outcome]").length === wanted.size;
  let studies = 0, claims = 0;
  for (const article of document.querySelectorAll("article")) {
    const head = [...article.querySelectorAll(".name, .question, .answer, .source, pre")].map((part) => part.textContent).join(" ");
    const whole = head.toLowerCase().includes(words);
    let shown = 0;
    for (const row of article.querySelectorAll("tr[data-outcome]")) {
      row.hidden = !(wanted.has(row.dataset.outcome) && (whole || row.textContent.toLowerCase().includes(words)));
      shown += row.hidden ? 0 : 1;
    }
    article.hidden = !(shown || (whole && all));
    studies += article.hidden ? 0 : 1;
    claims += shown;
  }
  for (const link of document.querySelectorAll(".contents a")) {
    link.parentElement.hidden = document.getElementById(link.getAttribute("href").slice(1))?.hidden;
  }
  for (const heading of document.querySelectorAll("h2:not(.name)")) {
    let next = heading.nextElementSibling, any = false;
    for (; next && next.tagName === "ARTICLE"; next = next.nextElementSibling) any ||= !next.hidden;
    heading.hidden = !any;
  }
  document.getElementById("found").textContent = all && !words ? "" : `claims: ${claims}, studies: ${studies}`;
}

filter.hidden = false;
filter.addEventListener("input", apply);
filter.addEventListener("submit", (event) => event.preventDefault());
theme.addEventListener("click", () => setTheme(!root.classList.contains("dark")));
setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
for (const play of document.querySelectorAll("details.play")) {
  play.addEventListener("toggle", () => {
    if (!play.open || play.querySelector("iframe")) return;
    const frame = document.createElement("iframe");
    frame.src = play.dataset.src;
    frame.title = play.closest("article").querySelector(".name").textContent;
    play.append(frame);
  });
}
// A long list of contents is closed where it would stand before everything.
const contents = document.querySelector(".contents details");
if (contents && matchMedia("(max-width: 800px)").matches) contents.open = false;
root.dataset.ready = "true";
