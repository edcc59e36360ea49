import { styleText } from 'node:util'

export interface Colours {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
  cyan(text: string): string
}

const plain = (text: string): string => text
const noColours: Colours = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain }

/** Colours for a terminal; none when it is not one, or NO_COLOR is set. */
export function coloursFor(isTerminal: boolean, env: Record<string, string | undefined>): Colours {
  const refused = env.NO_COLOR !== undefined && env.NO_COLOR !== ''
  if (!isTerminal || refused || env.TERM === 'dumb') return noColours
  const style = (name: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan') => (text: string) =>
    styleText(name, text, { validateStream: false })
  return {
    bold: style('bold'),
    dim: style('dim'),
    red: style('red'),
    green: style('green'),
    yellow: style('yellow'),
    cyan: style('cyan'),
  }
}
