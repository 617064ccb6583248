/** The one script of a page: what a pointer over a chart of lines shows, and that a wide table goes on. Without it nothing is missing but that. */

/** Runs in the reader's browser. Texts come from attributes and go into text nodes: they are never markup. */
export const hoverScript = `'use strict';
for (const svg of document.querySelectorAll('svg[data-hover]')) {
  const places = JSON.parse(svg.dataset.hover);
  const [, , width, height] = svg.getAttribute('viewBox').split(' ').map(Number);
  const rule = document.createElementNS(svg.namespaceURI, 'path');
  rule.setAttribute('class', 'hover-rule');
  const told = document.createElement('p');
  told.className = 'hover-text';
  told.setAttribute('aria-hidden', 'true');
  svg.after(told);
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    let nearest = places[0];
    for (const place of places) if (Math.abs(place[0] - x) < Math.abs(nearest[0] - x)) nearest = place;
    rule.setAttribute('d', 'M' + nearest[0] + ',0V' + height);
    if (!rule.parentNode) svg.append(rule);
    told.textContent = nearest[1];
  });
  svg.addEventListener('pointerleave', () => {
    rule.remove();
    told.textContent = '';
  });
}
for (const region of document.querySelectorAll('.scroll')) {
  const hint = document.createElement('p');
  hint.className = 'scroll-hint';
  hint.textContent = 'The table is wider than the page: scroll it sideways →';
  hint.setAttribute('aria-hidden', 'true');
  const tell = () => {
    if (region.scrollWidth > region.clientWidth + 1) region.before(hint);
    else hint.remove();
  };
  tell();
  addEventListener('resize', tell);
  region.addEventListener('scroll', () => hint.remove(), { once: true });
}
`;
