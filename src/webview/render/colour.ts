/** Red, green and blue from 0 to 255 and opacity from 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, opacity: number];

/** Reads a computed CSS colour (`rgb(…)`, `rgba(…)` or `color(srgb …)`); undefined when it is none of these. */
export function readColour(computed: string): Colour | undefined {
  const numbers = computed.match(/-?[\d.]+(?:e-?\d+)?%?/g)?.map(Number);
  if (numbers === undefined || numbers.length < 3 || numbers.some(Number.isNaN)) return undefined;
  const unit = computed.startsWith('rgb') ? 1 : computed.startsWith('color(srgb') ? 255 : undefined;
  if (unit === undefined) return undefined;
  return [numbers[0] * unit, numbers[1] * unit, numbers[2] * unit, numbers[3] ?? 1];
}

/** `share` of `over` on `under`; the result is as opaque as `under`. */
export function mix(under: Colour, over: Colour, share: number): Colour {
  const part = share * over[3];
  const blend = (i: 0 | 1 | 2) => under[i] + (over[i] - under[i]) * part;
  return [blend(0), blend(1), blend(2), under[3]];
}

export function css([red, green, blue, opacity]: Colour): string {
  return `rgba(${Math.round(red)}, ${Math.round(green)}, ${Math.round(blue)}, ${opacity})`;
}

/** Contrast of two opaque colours as WCAG counts it, 1 to 21. */
export function contrast(a: Colour, b: Colour): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Colour): number {
  const linear = (channel: number) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}
