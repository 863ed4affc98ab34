// The network as a picture: a column for each layer, lines for the strongest connections, and one neuron seen closely.
const mostDots = 64, mostMaps = 64, dotRows = 32, mapsHeight = 400;
const unit = new Set(["sigmoid", "softmax"]);

const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const number = value => value.toFixed(Math.abs(value) < 10 ? 3 : 1).replace("-", "−");
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).match(/[\d.]+/g).slice(0, 3).map(Number);

/** Paints values on a canvas, a pixel each: the greater, the fuller. */
function paint(canvas, values, limit, [above, below]) {
  const image = new ImageData(canvas.width, canvas.height);
  values.forEach((value, i) => image.data.set([...(value < 0 ? below : above), 255 * Math.min(1, Math.abs(value) / limit)], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

const largest = values => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);

/** What the layers' pictures have in common. */
class Layer {
  constructor(view, net) {
    this.view = view;
    this.net = net;
    this.size = view.maps * view.height * view.width;
    this.outputs = new Array(this.size).fill(0);
    const kind = { dense: "dense", conv: "convolution", pool: "max-pooling" }[view.kind] ?? view.kind;
    const size = view.maps > 1 || view.kind === "conv" ? `${view.maps} maps of ${view.height} × ${view.width}` : view.height > 1 ? `${view.height} × ${view.width}` : `${this.size} neurons`;
    const parts = [`layer ${view.layer}`, size, kind + (view.activation === "identity" ? "" : `, ${view.activation}`)];
    this.title = parts.join(", ");
    this.body = make("div", { className: "body" });
    this.element = make("div", { className: "layer" }, make("div", { className: "name", textContent: parts.join("\n") }), this.body);
  }

  show(outputs) {
    this.outputs = outputs;
    this.limit = unit.has(this.view.activation) ? 1 : largest(outputs);
    this.repaint();
  }

  /** A neuron's name for people. */
  name(index) {
    const { maps, height, width } = this.view;
    const [map, place] = [index % maps, Math.floor(index / maps)];
    const [row, column] = [Math.floor(place / width), place % width];
    return maps === 1 && height === 1 ? `neuron ${index}` : `${maps > 1 ? `map ${map + 1}, ` : ""}row ${row + 1}, column ${column + 1}`;
  }
}

/** A few neurons: a dot each, or with its class and a bar in the last layer, whose outputs may have names. */
class Dots extends Layer {
  constructor(view, net, isLast, names) {
    super(view, net);
    this.isLast = isLast;
    this.names = names;
    this.at = 0;
    this.box = make("div", { className: isLast ? "answers" : `dots${this.size <= 20 ? " few" : ""}`, role: "group", ariaLabel: this.title });
    if (names) {
      this.box.style.setProperty("--name", `${Math.min(12, Math.max(...names.map(name => name.length)))}ch`);
    }
    if (!isLast) {
      this.box.style.gridTemplateRows = `repeat(${Math.min(this.size, dotRows)}, auto)`;
    }
    this.buttons = Array.from({ length: this.size }, (_, i) => {
      const button = isLast
        ? make("button", { type: "button", className: "answer" }, make("span", { className: "dot" }), make("span", { className: "called", textContent: this.called(i) }), make("span", { className: "bar" }, make("i")), make("span", { className: "value" }))
        : make("button", { type: "button", className: "dot" });
      button.tabIndex = i === 0 ? 0 : -1;
      button.ariaPressed = "false";
      button.addEventListener("click", () => net.choose(this, i));
      button.addEventListener("focus", () => this.#rove(i));
      return button;
    });
    this.box.append(...this.buttons);
    this.box.addEventListener("keydown", event => this.#key(event));
    this.body.append(this.box);
  }

  /** What a neuron is called: its name, or its number from 0. */
  called(index) {
    return this.names?.[index] ?? index;
  }

  repaint() {
    const best = this.outputs.indexOf(Math.max(...this.outputs));
    this.outputs.forEach((output, i) => {
      const button = this.buttons[i];
      button.style.setProperty("--fire", Math.min(1, Math.abs(output) / this.limit));
      button.classList.toggle("below", output < 0);
      button.ariaLabel = `${this.isLast ? `output ${this.called(i)}` : `neuron ${i}`}, activation ${number(output)}`;
      button.title = `${this.name(i)}: ${number(output)}`;
      if (this.isLast) {
        button.style.setProperty("--length", Math.max(0, Math.min(1, output / this.limit)));
        button.classList.toggle("best", i === best && this.net.hasAnswer);
        button.lastChild.textContent = output.toFixed(2);
      }
    });
  }

  mark(index) {
    this.buttons.forEach((button, i) => button.ariaPressed = String(i === index));
  }

  focus(part) {
    this.buttons[Math.round(part * (this.size - 1))].focus();
  }

  place(index) {
    const button = this.buttons[index];
    return middle((this.isLast ? button.firstChild : button).getBoundingClientRect());
  }

  #rove(index) {
    this.buttons[this.at].tabIndex = -1;
    this.buttons[index].tabIndex = 0;
    this.at = index;
  }

  #key(event) {
    const to = { ArrowUp: this.at - 1, ArrowDown: this.at + 1, Home: 0, End: this.size - 1 }[event.key];
    if (to !== undefined) {
      this.buttons[Math.min(this.size - 1, Math.max(0, to))].focus();
      event.preventDefault();
    } else {
      this.net.goSideways(this, event, this.size > 1 ? this.at / (this.size - 1) : 0);
    }
  }
}

/** Many neurons: a pixel each, on one or more maps. */
class Maps extends Layer {
  constructor(view, net) {
    super(view, net);
    // A plain layer of many neurons has no rows of its own.
    const columns = view.maps === 1 && view.height === 1 ? Math.ceil(Math.sqrt(view.width)) : view.width;
    this.columns = columns;
    this.rows = Math.ceil(view.height * view.width / columns);
    this.shown = Math.min(view.maps, mostMaps);
    const across = this.shown <= 3 ? 1 : this.shown <= 12 ? 2 : this.shown <= 32 ? 4 : 6;
    const most = this.shown === 1 ? 200 : 64;
    const scale = Math.min(16, Math.max(16, Math.min(most, mapsHeight / Math.ceil(this.shown / across) - 6)) / this.rows, most / columns);
    this.canvases = Array.from({ length: this.shown }, (_, map) => {
      const canvas = make("canvas", { width: columns, height: this.rows });
      canvas.style.width = `${columns * scale}px`;
      canvas.style.height = `${this.rows * scale}px`;
      canvas.addEventListener("click", event => this.#click(event, map));
      return canvas;
    });
    if (this.shown < view.maps) {
      this.element.firstChild.textContent += `\nthe first ${this.shown} shown`;
    }
    this.at = { map: 0, row: 0, column: 0 };
    this.box = make("div", { className: "maps", tabIndex: 0, role: "application", ariaLabel: `${this.title}. Arrow keys go from neuron to neuron${this.shown > 1 ? ", Page Up and Page Down from map to map" : ""}; Enter shows one.` });
    this.box.style.gridTemplateColumns = `repeat(${across}, auto)`;
    this.box.append(...this.canvases);
    this.box.addEventListener("keydown", event => this.#key(event));
    this.box.addEventListener("focus", () => this.#point());
    this.box.addEventListener("blur", () => net.point(null));
    this.body.append(this.box);
  }

  repaint() {
    const colours = [colour("--ink"), colour("--down")];
    const { maps } = this.view;
    this.canvases.forEach((canvas, map) => paint(canvas, this.outputs.filter((_, i) => i % maps === map), this.limit, colours));
  }

  mark() {
  }

  focus() {
    this.box.focus();
  }

  place(index) {
    const [map, at] = [index % this.view.maps, Math.floor(index / this.view.maps)];
    const box = this.canvases[map]?.getBoundingClientRect();
    return box && {
      x: box.left + (at % this.columns + 0.5) * box.width / this.columns,
      y: box.top + (Math.floor(at / this.columns) + 0.5) * box.height / this.rows,
      pixel: box.width / this.columns,
    };
  }

  #index() {
    const { map, row, column } = this.at;
    return Math.min(this.size - 1, (row * this.columns + column) * this.view.maps + map);
  }

  #point() {
    if (this.box.matches(":focus-visible")) {
      this.net.point(this.place(this.#index()));
    }
  }

  #click(event, map) {
    const box = event.target.getBoundingClientRect();
    const inside = (at, size, cells) => Math.min(cells - 1, Math.max(0, Math.floor(at / size * cells)));
    this.at = { map, row: inside(event.clientY - box.top, box.height, this.rows), column: inside(event.clientX - box.left, box.width, this.columns) };
    this.net.choose(this, this.#index());
  }

  #key(event) {
    const way = { ArrowUp: [0, -1, 0], ArrowDown: [0, 1, 0], ArrowLeft: [0, 0, -1], ArrowRight: [0, 0, 1], PageUp: [-1, 0, 0], PageDown: [1, 0, 0] }[event.key];
    if (event.key === "Enter" || event.key === " ") {
      this.net.choose(this, this.#index());
    } else if (way) {
      const within = (at, by, size) => Math.min(size - 1, Math.max(0, at + by));
      this.at = { map: within(this.at.map, way[0], this.shown), row: within(this.at.row, way[1], this.rows), column: within(this.at.column, way[2], this.columns) };
      this.#point();
      this.net.say(`${this.name(this.#index())}, activation ${number(this.outputs[this.#index()])}`);
    } else {
      return;
    }
    event.preventDefault();
  }
}

const middle = box => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 });

export class Network {
  #net; #edges; #panel; #ask; #layers; #input; #picture; #thought = null; #chosen = null; #pointed = null; #view = null;

  /** ask(layer, index) gives what a neuron looks for; say tells it to those who hear the page. */
  constructor(net, edges, panel, model, ask, say) {
    this.#net = net;
    this.#edges = edges;
    this.#panel = panel;
    this.#ask = ask;
    this.say = say;
    this.#input = model.input;
    this.#picture = make("canvas", { width: model.input.width, height: model.input.height, role: "img", ariaLabel: "What the network sees" });
    const seen = model.input.isCentred ? "what it sees\n28 × 28\ncentred" : `what it sees\n${model.input.height} × ${model.input.width}`;
    net.append(make("div", { className: "layer seen" }, make("div", { className: "name", textContent: seen }), make("div", { className: "body" }, this.#picture)));
    this.#layers = model.layers.map((view, i) => {
      const isPlain = view.maps === 1 && view.height === 1 && view.width <= mostDots;
      return isPlain ? new Dots(view, this, i === model.layers.length - 1, i === model.layers.length - 1 ? model.outputs : null) : new Maps(view, this);
    });
    net.append(...this.#layers.map(layer => layer.element));
    new ResizeObserver(() => this.#drawEdges()).observe(net);
  }

  get hasAnswer() {
    return this.#thought?.verdict.answer != null;
  }

  /** The neuron that is seen closely; null for none. */
  get chosen() {
    return this.#chosen && { layer: this.#chosen.layer.view.layer, index: this.#chosen.index };
  }

  /** Shows what happens in the network. */
  show(thought, picture) {
    this.#thought = { ...thought, bytes: picture };
    this.#layers.forEach((layer, i) => layer.show(thought.layers[i].outputs));
    this.repaint();
  }

  /** Paints all anew, as when the theme changes. */
  repaint() {
    if (this.#thought) {
      paint(this.#picture, [...this.#thought.bytes], 255, [colour("--ink"), colour("--ink")]);
      this.#layers.forEach(layer => layer.repaint());
      this.#drawEdges();
      this.#showNeuron();
    }
  }

  async choose(layer, index) {
    this.#layers.forEach(other => other.mark(other === layer ? index : -1));
    this.#chosen = { layer, index };
    this.#view = null;
    const view = await this.#ask(layer.view.layer, index);
    if (view && this.#chosen.layer === layer && this.#chosen.index === index) {
      this.#view = view;
      this.#showNeuron();
    }
  }

  /** Left and right go to the layers beside. */
  goSideways(layer, event, part) {
    const to = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (to) {
      this.#layers[this.#layers.indexOf(layer) + to]?.focus(part);
      event.preventDefault();
    }
  }

  /** Shows where the keys are on a map. */
  point(place) {
    this.#pointed = place;
    this.#drawEdges();
  }

  #place(layer, index) {
    if (layer >= 0) {
      return this.#layers[layer].place(index);
    }
    const box = this.#picture.getBoundingClientRect();
    const { width, height, channels } = this.#input;
    const at = Math.floor(index / channels);
    return { x: box.left + (at % width + 0.5) * box.width / width, y: box.top + (Math.floor(at / width) + 0.5) * box.height / height, pixel: box.width / width };
  }

  #drawEdges() {
    const box = this.#net.getBoundingClientRect();
    const scale = devicePixelRatio;
    const [width, height] = [Math.round(box.width * scale), Math.round(box.height * scale)];
    if (this.#edges.width !== width || this.#edges.height !== height) {
      [this.#edges.width, this.#edges.height] = [width, height];
    }
    const context = this.#edges.getContext("2d");
    context.setTransform(scale, 0, 0, scale, -box.left * scale, -box.top * scale);
    context.clearRect(box.left, box.top, box.width, box.height);
    if (!this.#thought) {
      return;
    }
    const colours = [colour("--up"), colour("--down")];
    const chosen = this.#chosen && this.#thought.neuron;
    this.#thought.layers.forEach((layer, i) => this.#lines(context, layer.edges, i, colours, chosen ? 0.22 : 0.8));
    if (chosen) {
      const layer = this.#layers.findIndex(layer => layer.view.layer === chosen.layer);
      this.#lines(context, chosen.edges, layer, colours, 0.95);
      this.#ring(context, this.#place(layer, chosen.index));
    }
    this.#ring(context, this.#pointed);
  }

  #lines(context, edges, layer, [up, down], opacity) {
    const most = edges.reduce((most, edge) => Math.max(most, Math.abs(edge.contribution)), 1e-9);
    for (const edge of edges) {
      const [from, to] = [this.#place(layer - 1, edge.from), this.#place(layer, edge.to)];
      if (from && to) {
        const strength = Math.abs(edge.contribution) / most;
        const bend = (to.x - from.x) * 0.4;
        context.strokeStyle = `rgb(${(edge.contribution < 0 ? down : up).join(" ")} / ${opacity * (0.15 + 0.85 * strength)})`;
        context.lineWidth = 0.5 + 1.7 * strength;
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.bezierCurveTo(from.x + bend, from.y, to.x - bend, to.y, to.x, to.y);
        context.stroke();
      }
    }
  }

  #ring(context, place) {
    if (place?.pixel) {
      context.strokeStyle = `rgb(${colour("--up").join(" ")})`;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(place.x, place.y, Math.max(5, place.pixel), 0, 2 * Math.PI);
      context.stroke();
    }
  }

  #showNeuron() {
    const view = this.#view;
    if (!view) {
      return;
    }
    const { layer, index } = this.#chosen;
    const thought = this.#thought?.neuron;
    const now = thought && thought.layer === view.layer && thought.index === view.index ? thought : null;
    const biases = view.biases.map((bias, i) => view.maps.length > 1 && view.biases.length > 1 ? `${view.maps[i].name} ${number(bias)}` : number(bias));
    const facts = [
      ["bias", biases.join(", ") || "none"],
      ["weighted sum", now?.sum != null ? number(now.sum) : !now ? "–" : view.maps.length === 0 ? "none: the largest of its window" : "many, step by step"],
      ["activation", `${number(now?.output ?? layer.outputs[index])}${layer.view.activation === "identity" ? "" : ` (${layer.view.activation})`}`],
    ];
    const limit = largest(view.maps.flatMap(map => map.values));
    this.#panel.replaceChildren(
      make("p", { textContent: `Layer ${view.layer}, ${layer.name(index)}` }),
      make("dl", { className: "facts" }, ...facts.map(([name, value]) => make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value })))),
      this.#weights(view, limit),
      make("p", { className: "faint", textContent: view.maps.length === 0
        ? "It has no weights: it takes what comes in."
        : `What it looks for in ${view.source === 0 ? "the picture" : `layer ${view.source}`}: its weights, blue above zero, orange below, full colour at ±${number(limit)}.` }));
  }

  #weights(view, limit) {
    const colours = [colour("--up"), colour("--down")];
    return make("div", { className: "weights" }, ...view.maps.map(map => {
      // A row of many weights is broken into lines.
      const columns = map.height > 1 ? map.width : Math.min(map.width, map.width > 40 ? Math.ceil(Math.sqrt(map.width)) : 40);
      const rows = map.height > 1 ? map.height : Math.ceil(map.width / columns);
      const canvas = make("canvas", { width: columns, height: rows, role: "img", ariaLabel: `Weights ${map.name} of ${rows} × ${columns}, from ${number(Math.min(...map.values))} to ${number(Math.max(...map.values))}` });
      const cell = view.maps.length === 1 ? Math.min(26, 260 / columns) : Math.min(14, 84 / columns, view.biases.length > 1 ? 260 / columns : 84);
      canvas.style.width = `${columns * Math.max(cell, view.biases.length > 1 ? 260 / columns : 2)}px`;
      canvas.style.height = `${rows * Math.max(cell, 2)}px`;
      paint(canvas, map.values, limit, colours);
      return make("figure", {}, canvas, make("figcaption", { textContent: map.name }));
    }));
  }
}
