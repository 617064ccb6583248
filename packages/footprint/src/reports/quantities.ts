/** Numbers as people read them. */

/** Three significant digits with a unit: `1.23 kWh`. */
export function energyText(joules: number): string {
  if (joules >= 3.6e6) return `${digits(joules / 3.6e6)} kWh`;
  if (joules >= 3600) return `${digits(joules / 3600)} Wh`;
  return `${digits(joules)} J`;
}

export function carbonText(kilograms: number): string {
  if (kilograms >= 1000) return `${digits(kilograms / 1000)} t CO2e`;
  if (kilograms >= 1) return `${digits(kilograms)} kg CO2e`;
  if (kilograms >= 1e-3) return `${digits(kilograms * 1e3)} g CO2e`;
  return `${digits(kilograms * 1e6)} mg CO2e`;
}

export function timeText(seconds: number): string {
  if (seconds >= 5400) return `${digits(seconds / 3600)} h`;
  return seconds >= 90 ? `${digits(seconds / 60)} min` : `${digits(seconds)} s`;
}

export function memoryText(bytes: number): string {
  return bytes >= 1e9 ? `${digits(bytes / 1e9)} GB` : `${digits(bytes / 1e6)} MB`;
}

/** Three significant digits, without an exponent where that is readable. */
export function digits(value: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 1e-4 && Math.abs(rounded) < 1e7 ? String(rounded) : value.toExponential(2);
}
