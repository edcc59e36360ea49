import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { clockText } from '../text/ids.ts'

export interface Line {
  label: string
  /** name of a colour of the theme, such as run */
  tone: string
  values: readonly (number | null)[]
  /** thin and dashed, with nothing below it: what was or is expected */
  expected?: boolean
}

interface TimeChartProps {
  /** wall times of the values */
  wallMs: readonly number[]
  lines: readonly Line[]
  /** labels of the two lines between which a band is filled */
  band?: readonly [high: string, low: string]
  height?: number
  /** values as people read them */
  textOf?: ((value: number) => string) | undefined
  /** what is drawn, for whoever does not see it */
  label: string
}

/** at least so much of time is drawn: a few points would look like a trend */
const spanSecondsMin = 60

const themed = new Map<string, string>()
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => themed.clear())

/** A colour of the theme as a canvas takes it. Asked of the browser once: each time it would compute the page's styles anew. */
function colourOf(name: string): string {
  const known = themed.get(name)
  if (known !== undefined) return known
  const probe = document.createElement('i')
  probe.style.color = `var(--${name})`
  document.body.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  themed.set(name, color)
  return color
}

/** Fills between two lines; uPlot counts the times as series 0. */
function bandsOf({ lines, band }: TimeChartProps): uPlot.Band[] {
  if (band === undefined) return []
  const [high, low] = band.map((wanted) => lines.findIndex(({ label }) => label === wanted) + 1) as [number, number]
  return [{ series: [high, low], fill: () => faint(lines[high - 1]!.tone) }]
}

const faint = (tone: string): string => `color-mix(in srgb, ${colourOf(tone)} 14%, transparent)`

function seriesOf({ label, tone, expected }: Line, textOf: TimeChartProps['textOf']): uPlot.Series {
  return {
    label,
    stroke: () => colourOf(tone),
    ...(expected ? { dash: [4, 4], width: 1 } : { fill: () => faint(tone), width: 1.5 }),
    ...(textOf && { value: (_, value) => (value === null ? '–' : textOf(value)) }),
    points: { show: false },
  }
}

function optionsOf(props: TimeChartProps, width: number, height: number): uPlot.Options {
  const { lines, textOf } = props
  const axis = {
    stroke: () => colourOf('quiet'),
    grid: { stroke: () => colourOf('line'), width: 1 },
    ticks: { show: false },
  }
  const font = '11px system-ui, sans-serif'
  return {
    width,
    height,
    // Room for the half of the last time that stands beyond the edge.
    padding: [8, 28, 0, 0],
    cursor: { y: false },
    legend: { show: true, live: true },
    scales: {
      x: { range: (_, min, max) => spanOf(min, max) },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] },
    },
    axes: [
      { ...axis, font, size: 26, values: (_, splits) => splits.map((at) => clockText(at * 1000)), space: 90 },
      textOf ? { ...axis, font, size: 58, values: (_, splits) => splits.map(textOf) } : { ...axis, font, size: 40 },
    ],
    bands: bandsOf(props),
    series: [
      { label: 'at', value: (_, at) => (at ? clockText(at * 1000) : '') },
      ...lines.map((line) => seriesOf(line, textOf)),
    ],
  }
}

/** Where there is no value yet: up to now. */
function spanOf(min: number | null, max: number | null): [number, number] {
  const end = max ?? Date.now() / 1000
  return [Math.min(min ?? end, end - spanSecondsMin), end]
}

/** Values over time, drawn by uPlot: it keeps up with thousands of points a second. */
export function TimeChart(props: TimeChartProps) {
  const { wallMs, lines, height = 150, label } = props
  const root = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const shape = lines.map((line) => line.label).join('\n')
  useEffect(() => {
    const element = root.current!
    const made = new uPlot(optionsOf(props, element.clientWidth, height), [[], ...lines.map(() => [])], element)
    chart.current = made
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    watch.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    const redraw = () => made.redraw(false)
    scheme.addEventListener('change', redraw)
    return () => {
      scheme.removeEventListener('change', redraw)
      watch.disconnect()
      made.destroy()
    }
  }, [shape, height])
  useEffect(() => {
    const seconds = wallMs.map((ms) => ms / 1000)
    chart.current?.setData([seconds, ...lines.map(({ values }) => [...values])])
  }, [wallMs, lines])
  return <div class="chart" ref={root} role="img" aria-label={label} />
}
