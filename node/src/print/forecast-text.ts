import type { ClassForecast, Forecast, ForecastAccuracy } from '@souk/client'
import { bytesText, countText, durationText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { sparkline } from './sparkline.ts'
import { pairs, table } from './table.ts'
import { visibleData } from './visible.ts'

type Quantity = ClassForecast['quantities'][number]

/** the bucket ahead by which an overview says how good forecasts are */
const shownAhead = 1

/** All classes that a peer follows, one line each. */
export function forecastsText(shown: Forecast, colours: Colours, widthMax = Infinity): string {
  const { classes, bucketMs } = visibleData(shown)
  if (classes.length === 0) {
    return 'no class is followed yet: one is once it was submitted to this peer, or has started on its host, in two spans of time (10 s each, unless it was started with --demand-span)'
  }
  const right = (title: string, yields?: number) => ({
    title,
    align: 'right' as const,
    ...(yields === undefined ? {} : { yields }),
  })
  const buckets = Math.max(...classes.map((each) => workersOf(each)?.history.length ?? 0))
  const columns = [
    { title: 'class', yields: 1, least: 10, stays: true },
    { title: `at once, last ${durationText(buckets * bucketMs)}`, yields: 3 },
    ...[right('now'), right('next'), right('provision', 2), right('accuracy', 4), right('floor', 6), right('warm')],
    { title: 'who decides', yields: 5 },
  ]
  const rows = classes.map((each) => {
    const workers = workersOf(each)
    const ahead = workers?.ahead.find((one) => one.buckets === shownAhead)
    const accuracy = workers?.accuracy.find((one) => one.buckets === shownAhead)
    return [
      each.class,
      sparkline((workers?.history ?? []).map((value) => value ?? 0)),
      String(each.running),
      ahead ? amountText('workers', ahead.point) : '-',
      ahead ? amountText('workers', ahead.quantile) : '-',
      shareText(accuracy?.accuracy),
      floorText(accuracy?.floor),
      warmText(each.warm, colours),
    ]
  })
  return `${table(
    columns,
    rows.map((row, i) => [...row, deciderText(classes[i]!.warm, colours)]),
    colours.dim,
    widthMax,
  )}`
}

/** One class: what was, what is expected, how good that was, and what stands warm. */
export function forecastText(shown: ClassForecast, bucketMs: number, colours: Colours): string {
  const whole = visibleData(shown)
  const seen = { ...whole, quantities: whole.quantities.filter(isOfUse) }
  const head = `${colours.bold(seen.class)}: ${countText(seen.running, 'run')} now, counted by ${durationText(bucketMs)}`
  const history = seen.quantities.map((quantity): [string, string] => [
    titles[quantity.quantity],
    `${sparkline(quantity.history.map((value) => value ?? 0))}  ${mostText(quantity)}`,
  ])
  const parts = [head, pairs(history), aheadTable(seen, bucketMs, colours), pairs(warmRows(seen, bucketMs, colours))]
  return parts.join('\n')
}

const titles: Record<Quantity['quantity'], string> = {
  starts: 'starts',
  workers: 'at once',
  cpuMs: 'CPU time',
  memoryBytes: 'memory',
  networkBytes: 'in and out',
  arrivals: 'submitted',
}

/** Of what a class never took nothing is worth a line. */
function isOfUse({ quantity, history, ahead }: Quantity): boolean {
  const asked = quantity === 'starts' || quantity === 'workers' || quantity === 'arrivals'
  return asked || history.some((value) => (value ?? 0) > 0) || ahead.some(({ point, quantile }) => point + quantile > 0)
}

function workersOf({ quantities }: ClassForecast): Quantity | undefined {
  return quantities.find(({ quantity }) => quantity === 'workers')
}

function mostText({ quantity, history }: Quantity): string {
  const known = history.filter((value) => value !== null)
  const gaps = history.length - known.length
  const most = `at most ${amountText(quantity, Math.max(0, ...known))}`
  return gaps === 0 ? most : `${most}; nothing is known of ${gaps}`
}

function aheadTable({ quantities }: ClassForecast, bucketMs: number, colours: Colours): string {
  const columnTitles = ['ahead', 'expected', '90 % within', 'provision', 'accuracy', 'floor', 'MASE', 'in band']
  const columns = [{ title: '' }, ...columnTitles.map((title) => ({ title, align: 'right' as const }))]
  const rows = quantities.flatMap(({ quantity, ahead, accuracy }) =>
    ahead.map((one, i) => {
      const good: Partial<ForecastAccuracy> = accuracy.find(({ buckets }) => buckets === one.buckets) ?? {}
      const text = (value: number) => amountText(quantity, value)
      return [
        i === 0 ? titles[quantity] : '',
        durationText(one.buckets * bucketMs),
        text(one.point),
        `${text(one.low)} to ${text(one.high)}`,
        text(one.quantile),
        shareText(good.accuracy),
        floorText(good.floor),
        good.mase === undefined ? '-' : good.mase.toFixed(2),
        shareText(good.coverage),
      ]
    }),
  )
  return rows.length === 0 ? '  nothing is foretold yet: it takes six spans' : table(columns, rows, colours.dim)
}

function warmRows({ warm }: ClassForecast, bucketMs: number, colours: Colours): [string, string][] {
  const rows: [string, string][] = [
    ['warm workers', workersText(warm)],
    ['who decides', `${modeText(warm, colours)}: ${warm.reason}`],
  ]
  if (warm.free === undefined) return rows.slice(1)
  const took = `${durationText(warm.warmUpMs)}${warm.measured ? '' : ' (a guess)'}`
  const starts = `${countText(warm.coldStarts, 'cold start')}, ${countText(warm.warmStarts, 'warm one')}`
  rows.push([
    'a cold start',
    `takes ${took}, so an order counts ${durationText(warm.aheadBuckets * bucketMs)} ahead; ${starts}`,
  ])
  if (warm.keepWindows.length > 0) rows.push(['worth keeping', windowsText(warm.keepWindows)])
  if (warm.executorCode !== '') rows.push(['executor', executorText(warm)])
  return rows
}

function executorText({ executorCode, executorDetail }: ClassForecast['warm']): string {
  return executorDetail ? `${executorCode}: ${executorDetail}` : executorCode
}

function windowsText(windows: ClassForecast['warm']['keepWindows']): string {
  const spans = windows.map(({ fromMs, toMs }) => `${durationText(fromMs)} to ${durationText(toMs)}`)
  return `${spans.join(', ')} after the last run`
}

function warmText(warm: ClassForecast['warm'], colours: Colours): string {
  return warm.free === undefined ? colours.dim('-') : String(wantedOf(warm))
}

/** What counts: forecasts that do not decide order nothing. */
function wantedOf({ mode, target, ordered = target }: ClassForecast['warm']): number {
  return mode === 'live' ? target : ordered
}

function workersText(warm: ClassForecast['warm']): string {
  const { mode, target, free = 0 } = warm
  return mode === 'live'
    ? `${target} wanted, ${free} free now`
    : `${wantedOf(warm)} ordered, ${free} free now; forecasts would order ${target}`
}

/** With what keeps workers from being warm, if anything does. */
function deciderText(warm: ClassForecast['warm'], colours: Colours): string {
  const mode = modeText(warm, colours)
  return warm.free === undefined || warm.executorCode === '' ? mode : `${mode}; ${colours.red(warm.executorCode)}`
}

function modeText({ mode, free }: ClassForecast['warm'], colours: Colours): string {
  if (free === undefined) return colours.dim('nobody')
  return mode === 'live' ? colours.green('forecast') : colours.yellow('last use')
}

function amountText(quantity: Quantity['quantity'], value: number): string {
  if (quantity === 'cpuMs') return durationText(value)
  if (quantity === 'memoryBytes' || quantity === 'networkBytes') return bytesText(value)
  return String(value >= 100 ? Math.round(value) : Math.round(value * 10) / 10)
}

/** What varies more than any counts do has no floor. */
function floorText(floor: number | undefined): string {
  return floor !== undefined && floor > 0 ? shareText(floor) : '-'
}

function shareText(share: number | undefined): string {
  return share === undefined ? '-' : `${Math.round(100 * share)} %`
}
