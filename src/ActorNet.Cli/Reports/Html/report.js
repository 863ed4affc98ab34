// Reads out the curves under the pointer. The page says everything without it.
for (const chart of document.querySelectorAll("svg.chart")) {
  const curves = JSON.parse(chart.dataset.curves);
  const [left, right] = chart.dataset.plot.split(",").map(Number);
  const make = (name, style) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", name);
    part.setAttribute("class", style);
    return part;
  };
  chart.classList.add("live");
  const line = make("path", "pointer");
  const texts = curves.map(() => make("text", "read"));
  const hide = () => [line, ...texts].forEach(part => part.remove());
  chart.addEventListener("pointerleave", hide);
  chart.addEventListener("pointermove", event => {
    const box = chart.getBoundingClientRect();
    const x = (event.clientX - box.left) * chart.viewBox.baseVal.width / box.width;
    if (x < left - 4 || x > right + 4) {
      hide();
      return;
    }
    const near = curves.map(curve => curve.points.reduce((a, b) => Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a));
    const at = near.reduce((a, b) => Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a)[0];
    line.setAttribute("d", `M${at} 42V240`);
    texts.forEach((text, i) => {
      text.textContent = curves.length > 1 ? `${curves[i].name} ${near[i][1]}` : near[i][1];
      text.setAttribute("x", at > (left + right) / 2 ? at - 6 : at + 6);
      text.setAttribute("text-anchor", at > (left + right) / 2 ? "end" : "start");
      text.setAttribute("y", 54 + 14 * i);
    });
    chart.append(line, ...texts);
  });
}
