// Draws the figures in the page's colours and plays the clips. Needs nothing from outside the page.
(function () {
  "use strict";
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const clips = JSON.parse(document.getElementById("clips").textContent);
  const narrow = window.matchMedia("(max-width: 560px)");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Text and lines take the page's colours, so that one figure suits light and dark.
  function themed(layout) {
    const look = {
      "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "font.color": color("--ink"),
      "font.family": getComputedStyle(document.body).fontFamily,
      "hoverlabel.bgcolor": color("--card"), "hoverlabel.bordercolor": color("--soft"), "hoverlabel.font.color": color("--ink"),
    };
    Object.keys(layout).filter((key) => /^[xy]axis/.test(key)).forEach((key) => {
      look[key + ".gridcolor"] = color("--grid");
      look[key + ".linecolor"] = color("--line");
      look[key + ".tickcolor"] = color("--line");
      look[key + ".tickfont.color"] = color("--soft");
    });
    (layout.annotations || []).forEach((_, i) => { look["annotations[" + i + "].font.color"] = color("--soft"); });
    return look;
  }

  // A telephone has no room for every label; the hover box still has them.
  function simplify(box, figure) {
    const axis = figure.layout.xaxis;
    if (box.classList.contains("matrix")) {
      axis.showticklabels = false;
      figure.data[0].showscale = false;
    }
    if (box.classList.contains("det") || box.classList.contains("square")) {
      axis.ticktext = axis.ticktext.map((text, position) => position % 2 ? "" : text);
      axis.tickangle = 0;
    }
  }

  function draw(box) {
    const figure = figures[box.dataset.figure];
    // A finger that scrolls the page must not be caught by the plot's zoom.
    const touch = window.matchMedia("(pointer: coarse)").matches;
    figure.layout.dragmode = touch || narrow.matches ? false : "zoom";
    if (narrow.matches) { simplify(box, figure); }
    if (figure.layout.height) { box.style.height = figure.layout.height + "px"; }
    const config = { responsive: true, displaylogo: false, displayModeBar: false, topojsonURL: "", plotlyServerURL: "" };
    return Plotly.newPlot(box, figure.data, figure.layout, config)
      .then(() => Plotly.relayout(box, themed(figure.layout)));
  }

  const boxes = Array.from(document.querySelectorAll(".plot"));
  boxes.forEach((box) => { draw(box).then(() => { box.dataset.drawn = "yes"; }); });
  dark.addEventListener("change", () => boxes.forEach((box) => Plotly.relayout(box, themed(figures[box.dataset.figure].layout))));

  const audio = new Audio();
  const player = document.getElementById("player");
  const playing = document.getElementById("playing");
  let button = null;
  let next = [];
  function release() {
    if (button) { button.classList.remove("on"); }
    button = null;
    next = [];
    player.hidden = true;
  }
  // One clip, or several after each other.
  function play(ids, pressed) {
    release();
    const all = [].concat(ids).filter((id) => clips[id]);
    player.hidden = false;
    if (all.length === 0) {
      audio.pause();
      playing.textContent = "There is no clip of this in the page; filled points and full colours have one.";
      return;
    }
    button = pressed || null;
    if (button) { button.classList.add("on"); }
    next = all.slice(1);
    start(all[0]);
  }
  function start(id) {
    playing.textContent = clips[id].about;
    audio.src = clips[id].audio;
    audio.play().catch((error) => {
      // A clip that the next one interrupts while it loads is no failure.
      if (error.name !== "AbortError") { playing.textContent = "This browser cannot play the clip (" + error.name + ")."; }
    });
  }
  audio.addEventListener("ended", () => { if (next.length) { start(next.shift()); } else { release(); } });
  document.getElementById("stop").addEventListener("click", () => { audio.pause(); release(); });
  window.kowairo = { play: play, audio: audio };

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-clips]");
    if (!pressed) { return; }
    if (pressed === button && !audio.paused) { audio.pause(); release(); return; }
    // A button with several clips goes through them, one a press.
    const ids = JSON.parse(pressed.dataset.clips);
    const turn = Number(pressed.dataset.turn || 0);
    pressed.dataset.turn = (turn + 1) % ids.length;
    play(ids[turn], pressed);
  });

  // The custom data of a point, a cell or a bar are its clips.
  const wait = setInterval(() => {
    if (boxes.some((box) => !box.dataset.drawn)) { return; }
    clearInterval(wait);
    document.querySelectorAll(".plot.map, .plot.matrix, .plot.timeline").forEach((box) => box.on("plotly_click", (event) => {
      const ids = event.points[0].customdata;
      if (ids !== undefined) { play(ids); }
    }));
  }, 50);

  const maps = Array.from(document.querySelectorAll(".plot.map"));
  const chips = Array.from(document.querySelectorAll("[data-character]"));
  chips.forEach((chip) => chip.addEventListener("click", () => {
    const on = chip.getAttribute("aria-pressed") !== "true";
    chip.setAttribute("aria-pressed", String(on));
    const chosen = chips.filter((other) => other.getAttribute("aria-pressed") === "true").map((other) => Number(other.dataset.character));
    const visible = chips.map((other) => chosen.length === 0 || chosen.includes(Number(other.dataset.character)));
    maps.forEach((map) => Plotly.restyle(map, { visible: visible }));
  }));
})();
