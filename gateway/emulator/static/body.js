// The drawn body of the phone: a candy bar of no brand, as SVG shapes coloured by the stylesheet.
const SVG = "http://www.w3.org/2000/svg";
const SHAPES = [
  ["rect", { class: "b-shadow", x: 5, y: 7, width: 242, height: 578, rx: 46 }],
  ["path", { class: "b-case", d: "M46 2h160c26 0 42 18 42 44 0 60-8 120-8 200s6 190 4 276c-1 38-22 58-54 58H62c-32 0-53-20-54-58-2-86 4-196 4-276S4 106 4 46C4 20 20 2 46 2z" }],
  ["path", { class: "b-edge", d: "M46 6h160c24 0 38 16 38 40 0 60-8 120-8 200s6 190 4 275c-1 36-20 54-50 54H62c-30 0-49-18-50-54-2-85 4-195 4-275S8 106 8 46C8 22 22 6 46 6z" }],
  ["rect", { class: "b-glass", x: 18, y: 38, width: 216, height: 192, rx: 16 }],
  ["rect", { class: "b-ear", x: 98, y: 18, width: 56, height: 6, rx: 3 }],
  ["path", { class: "b-slots", d: "M106 21h40" }],
  ["circle", { class: "b-hole", cx: 126, cy: 572, r: 2.2 }],
];

export function body() {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 252 590");
  drawing.setAttribute("class", "body");
  drawing.setAttribute("aria-hidden", "true");
  for (const [shape, attributes] of SHAPES) {
    const part = document.createElementNS(SVG, shape);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    drawing.append(part);
  }
  return drawing;
}
