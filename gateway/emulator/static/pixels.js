// Drawn parts of the amber screen: the clock in pixels, signal bars and battery, all as SVG rectangles.
const SVG = "http://www.w3.org/2000/svg";
const DIGITS = {
  0: "111101101101111", 1: "010110010010111", 2: "111001111100111", 3: "111001111001111", 4: "101101111001001",
  5: "111100111001111", 6: "111100111101111", 7: "111001001001001", 8: "111101111101111", 9: "111101111001111",
  ":": "000010000010000",
};

function svg(width, height, boxes, label) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", label);
  for (const [x, y, w, h, faint] of boxes) {
    const box = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x, y, width: w, height: h })) box.setAttribute(name, value);
    if (faint) box.setAttribute("opacity", "0.25");
    drawing.append(box);
  }
  return drawing;
}

export function clock(text) {
  const boxes = [];
  let x = 0;
  for (const letter of text) {
    [...DIGITS[letter]].forEach((bit, index) => {
      if (bit === "1") boxes.push([x + (index % 3) * 4 + 0.2, Math.floor(index / 3) * 4 + 0.2, 3.6, 3.6]);
    });
    x += letter === ":" ? 12 : 16;
  }
  return svg(x - 4, 20, boxes, text);
}

export function signal(bars) {
  return svg(18, 10, [0, 1, 2, 3].map((n) => [n * 4.5, 8 - n * 2.4, 3, 2 + n * 2.4, n >= bars]), `${bars}/4`);
}

export function battery(cells) {
  const boxes = [[0, 1, 15, 1.2], [0, 7.8, 15, 1.2], [0, 1, 1.2, 8], [13.8, 1, 1.2, 8], [15, 3.4, 2, 3.2]];
  for (let n = 0; n < 3; n++) boxes.push([2.4 + n * 3.8, 3.2, 2.8, 3.6, n >= cells]);
  return svg(18, 10, boxes, `${cells}/3`);
}
