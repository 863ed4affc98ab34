// The paper: strokes by mouse, finger, pen or keys. Ink is the canvas's alpha; the theme gives its colour.
const side = 280, pen = 22, step = 8, littleStep = 2, mostKept = 200;

export class Drawing {
  #canvas; #context; #brush; #changed; #say;
  #strokes = [];        // each a list of points, or a picture
  #earlier = [];        // what undo goes back to
  #stroke = null;
  #at = { x: side / 2, y: side / 4 };
  #isDown = false;      // of the pen that the keys move

  constructor(canvas, brush, changed, say) {
    this.#canvas = canvas;
    this.#brush = brush;
    this.#changed = changed;
    this.#say = say;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    canvas.addEventListener("pointerdown", event => this.#begin(event));
    canvas.addEventListener("pointermove", event => this.#move(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(end, () => this.#stroke = this.#isDown ? this.#stroke : null);
    }
    canvas.addEventListener("keydown", event => this.#key(event));
    canvas.addEventListener("blur", () => this.#lift());
    canvas.addEventListener("focus", () => this.#showBrush());
  }

  /** The ink as bytes, row by row: 0 is paper. */
  pixels() {
    const data = this.#context.getImageData(0, 0, side, side).data;
    return { width: side, height: side, bytes: Uint8Array.from({ length: side * side }, (_, i) => data[4 * i + 3]) };
  }

  clear() {
    this.#keep();
    this.#strokes = [];
    this.#redraw();
  }

  undo() {
    if (this.#earlier.length > 0) {
      this.#lift();
      this.#strokes = this.#earlier.pop();
      this.#redraw();
    }
  }

  /** Puts a picture on the paper, in place of what is there. */
  put(picture) {
    this.#keep();
    this.#strokes = [picture];
    this.#redraw();
  }

  /** Draws all anew, as when the theme changes. */
  repaint() {
    this.#paint();
  }

  #keep() {
    this.#lift();
    this.#earlier.push([...this.#strokes]);
    this.#earlier.splice(0, this.#earlier.length - mostKept);
  }

  #begin(event) {
    if (event.button !== 0 || this.#stroke) {
      return;
    }
    this.#keep();
    this.#canvas.setPointerCapture(event.pointerId);
    this.#stroke = [];
    this.#strokes.push(this.#stroke);
    this.#extend(this.#place(event));
  }

  #move(event) {
    if (this.#stroke && !this.#isDown) {
      for (const one of event.getCoalescedEvents?.() ?? [event]) {
        this.#extend(this.#place(one));
      }
    }
  }

  #place(event) {
    const box = this.#canvas.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) * side / box.width, (event.clientY - box.top) * side / box.height];
    this.#at = { x: Math.min(side, Math.max(0, x)), y: Math.min(side, Math.max(0, y)) };
    return { x, y };
  }

  #key(event) {
    const by = event.shiftKey ? littleStep : step;
    const ways = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
    if (ways[event.key]) {
      const [right, down] = ways[event.key];
      this.#at = { x: Math.min(side, Math.max(0, this.#at.x + right)), y: Math.min(side, Math.max(0, this.#at.y + down)) };
      if (this.#isDown) {
        this.#extend({ ...this.#at });
      }
    } else if (event.key === " ") {
      this.#isDown ? this.#lift() : this.#put();
      this.#say(this.#isDown ? "pen down" : "pen up");
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.clear();
      this.#say("cleared");
    } else if (event.key === "z" && (event.ctrlKey || event.metaKey)) {
      this.undo();
    } else {
      return;
    }
    event.preventDefault();
    this.#showBrush();
  }

  #put() {
    this.#keep();
    this.#isDown = true;
    this.#stroke = [];
    this.#strokes.push(this.#stroke);
    this.#extend({ ...this.#at });
  }

  #lift() {
    this.#isDown = false;
    this.#stroke = null;
    this.#showBrush();
  }

  #extend(point) {
    this.#stroke.push(point);
    this.#line(this.#stroke.slice(-2));
    this.#changed();
  }

  #showBrush() {
    // Who draws with a mouse sees the mouse.
    this.#brush.hidden = !this.#canvas.matches(":focus-visible");
    this.#brush.classList.toggle("down", this.#isDown);
    this.#brush.style.left = `${this.#at.x / side * 100}%`;
    this.#brush.style.top = `${this.#at.y / side * 100}%`;
  }

  #redraw() {
    this.#paint();
    this.#changed();
  }

  #paint() {
    this.#context.clearRect(0, 0, side, side);
    for (const stroke of this.#strokes) {
      Array.isArray(stroke) ? this.#line(stroke) : this.#picture(stroke);
    }
  }

  #line(points) {
    const context = this.#context;
    context.strokeStyle = getComputedStyle(this.#canvas).color;
    context.lineWidth = pen;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.moveTo(points[0].x, points[0].y);
    points.forEach(point => context.lineTo(point.x, point.y));
    context.stroke();
  }

  #picture({ width, height, bytes }) {
    const image = new ImageData(width, height);
    const [red, green, blue] = getComputedStyle(this.#canvas).color.match(/\d+/g).map(Number);
    bytes.forEach((ink, i) => image.data.set([red, green, blue, ink], 4 * i));
    const small = new OffscreenCanvas(width, height);
    small.getContext("2d").putImageData(image, 0, 0);
    this.#context.drawImage(small, 0, 0, side, side);
  }
}
