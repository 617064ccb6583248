/** Contrast of two colours, as WCAG 2.2 measures it. */

/**
 * (L₁ + 0.05) / (L₂ + 0.05) of the relative luminances, the lighter first: 1 to 21. WCAG asks for 4.5 of text, 3 of graphics.
 *
 * @param a - #rrggbb
 * @param b - #rrggbb
 */
export function contrast(a: string, b: string): number {
  const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** Red, green and blue from 0 to 1, linear in light. */
export function linearRgb(color: string): [number, number, number] {
  const channel = (start: number) => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function luminance(color: string): number {
  const [red, green, blue] = linearRgb(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
