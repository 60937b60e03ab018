/** The charts' colours, read from the style sheet so that light and dark are written once (`styles/_tokens.scss`). */

export interface Theme {
  text: string;
  muted: string;
  line: string;
  surface: string;
  accent: string;
  colour: (name: string) => string;
  hatch: CanvasPattern | { image: HTMLCanvasElement; repeat: "repeat" };
}

/** Resolve a custom property to a colour that a canvas understands; `light-dark()` is only resolved in use. */
function resolver(): (name: string) => string {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map<string, string>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    probe.style.color = `var(--${name})`;
    let colour = getComputedStyle(probe).color;
    if (context) {
      // A pixel says what `oklch()` or `color-mix()` comes to in the rgb() that the chart library can mix.
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0, alpha = 255] = context.getImageData(0, 0, 1, 1).data;
      colour = `rgba(${red},${green},${blue},${(alpha / 255).toFixed(3)})`;
    }
    known.set(name, colour);
    return colour;
  };
}

function hatch(colour: string): { image: HTMLCanvasElement; repeat: "repeat" } {
  const image = document.createElement("canvas");
  image.width = image.height = 8;
  const context = image.getContext("2d");
  if (context) {
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.beginPath();
    for (const offset of [-8, 0, 8]) {
      context.moveTo(offset, 8);
      context.lineTo(offset + 8, 0);
    }
    context.stroke();
  }
  return { image, repeat: "repeat" };
}

export function readTheme(): Theme {
  const colour = resolver();
  return {
    text: colour("body-color"),
    muted: colour("v-muted"),
    line: colour("v-rule"),
    surface: colour("bg-surface"),
    accent: colour("v-accent"),
    colour: (name) => colour(`v-${name}`),
    hatch: hatch(colour("v-unknown")),
  };
}
