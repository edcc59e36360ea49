import { durationText } from './amount-text.ts'

export interface Progress {
  /** prints above the bar */
  log(text: string): void
  update(done: number, failed: number): void
  /** gives the terminal back; said again it does nothing */
  stop(): void
}

/** A bar with rate and ETA on a terminal's standard error. */
export async function progressBar(total: number, unit: string): Promise<Progress> {
  const { MultiBar, Presets } = await import('cli-progress')
  const bars = new MultiBar(
    {
      format: `{bar} {value}/{total} ${unit}  {rate}/s  ETA {left}{failures}`,
      hideCursor: true,
      clearOnComplete: false,
      stream: process.stderr,
      barsize: 30,
    },
    Presets.shades_classic,
  )
  const began = performance.now()
  const payload = (done: number, failed: number) => {
    const seconds = Math.max(0.001, (performance.now() - began) / 1000)
    const rate = done / seconds
    return {
      rate: rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10,
      left: done === 0 ? '?' : durationText(((total - done) / rate) * 1000),
      failures: failed === 0 ? '' : `  ${failed} failed`,
    }
  }
  const bar = bars.create(total, 0, payload(0, 0))
  return {
    log: (text) => bars.log(text.endsWith('\n') ? text : `${text}\n`),
    update: (done, failed) => bar.update(done, payload(done, failed)),
    stop: () => {
      // Twice it would leave an empty line behind.
      if (bars.isActive) bars.stop()
    },
  }
}

/** For when nobody looks: writes logs straight to standard output. */
export function noProgress(out: (text: string) => void): Progress {
  return { log: out, update: () => {}, stop: () => {} }
}
