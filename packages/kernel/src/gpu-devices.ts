/** What is known of the devices of a host, in the order of its `gpuMilli`: the first `count`, then the next group's. */
export interface GpuGroup {
  /** as the vendor's tool calls it, such as 'NVIDIA A100-SXM4-80GB' */
  model: string
  /** of each; 0: not known */
  memoryBytes: number
  count: number
}

/** `count` devices, `milli` thousandths of each. */
export interface GpuRequest {
  count: number
  milli: number
  /** each device has at least so much in all; 0 or absent: any */
  memoryBytes?: number
  /** one of these, see `isModel`; none or absent: any */
  models?: string[]
}

/** Devices that may serve a request, however full they are. */
export interface MatchingDevices {
  has(index: number): boolean
  /** of the right model, whatever their memory */
  models: number
  /** of the right model and memory */
  count: number
}

// A model has a handful of words, so all runs of them are few. Keyed by the group itself: adverts are read, never changed.
const runsOf = new WeakMap<GpuGroup, ReadonlySet<string>>()

/**
 * Whether a device's model is the one that a person wrote: each of its words (letters and digits, in any case) is in the
 * model's name, as one word or as several that follow each other there. So 'a100 80gb' and 'A100' mean
 * 'NVIDIA A100-SXM4-80GB', and 'rtx4070' means 'GeForce RTX 4070', but 'A10' does not mean 'A100'.
 */
export function isModel(group: GpuGroup, written: string): boolean {
  let runs = runsOf.get(group)
  if (!runs) {
    runs = runsOfWords(wordsOf(group.model))
    runsOf.set(group, runs)
  }
  const words = wordsOf(written)
  return words.length > 0 && words.every((word) => runs.has(word))
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

function runsOfWords(words: readonly string[]): ReadonlySet<string> {
  const runs = new Set<string>()
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= words.length; to++) runs.add(words.slice(from, to).join(''))
  }
  return runs
}

/**
 * Which of `total` devices a request may have by model and memory; undefined: any. A device of which nothing is known
 * has neither: what is not known to be there is not there.
 */
export function matchingDevices(
  gpus: readonly GpuGroup[],
  total: number,
  { memoryBytes = 0, models = [] }: GpuRequest,
): MatchingDevices | undefined {
  if (memoryBytes === 0 && models.length === 0) return undefined
  const ranges: { from: number; to: number }[] = []
  let [from, ofModel, count] = [0, 0, 0]
  for (const group of gpus) {
    const to = Math.min(total, from + group.count)
    if (models.length === 0 || models.some((model) => isModel(group, model))) {
      ofModel += to - from
      if (group.memoryBytes >= memoryBytes) {
        count += to - from
        ranges.push({ from, to })
      }
    }
    from = to
  }
  if (models.length === 0) ofModel = total
  return { has: (index) => ranges.some((range) => index >= range.from && index < range.to), models: ofModel, count }
}

/** Memory of the `nth` largest of the devices of the right model (1: the largest); 0 where there are fewer. */
export function nthMemoryBytes(gpus: readonly GpuGroup[], total: number, request: GpuRequest, nth: number): number {
  const { models = [] } = request
  const sizes: number[] = []
  let from = 0
  for (const group of gpus) {
    const to = Math.min(total, from + group.count)
    const fits = models.length === 0 || models.some((model) => isModel(group, model))
    for (let i = from; fits && i < to; i++) sizes.push(group.memoryBytes)
    from = to
  }
  return sizes.sort((a, b) => b - a)[nth - 1] ?? 0
}

/** Devices for a request, fullest first so that whole devices stay free; undefined when there are too few. */
export function pickDevices(
  gpuMilli: readonly number[],
  request: GpuRequest,
  gpus: readonly GpuGroup[],
): number[] | undefined {
  const { count, milli } = request
  if (count === 0) return []
  const matching = matchingDevices(gpus, gpuMilli.length, request)
  const fitting: { left: number; index: number }[] = []
  gpuMilli.forEach((left, index) => {
    if (left >= milli && (matching?.has(index) ?? true)) fitting.push({ left, index })
  })
  if (fitting.length < count) return undefined
  fitting.sort((a, b) => a.left - b.left || a.index - b.index)
  return fitting.slice(0, count).map(({ index }) => index)
}

/** As many copies as `pickDevices` serves one after the other, at most `limit`. */
export function copiesOnDevices(
  gpuMilli: readonly number[],
  request: GpuRequest,
  limit: number,
  gpus: readonly GpuGroup[],
): number {
  const { count, milli } = request
  if (count === 0) return limit
  const matching = matchingDevices(gpus, gpuMilli.length, request)
  const usable = matching ? gpuMilli.filter((_, index) => matching.has(index)) : [...gpuMilli]
  if (milli === 0) return usable.filter((left) => left >= 0).length >= count ? limit : 0
  const shares = usable.reduce((sum, left) => sum + Math.max(0, Math.floor(left / milli)), 0)
  const most = Math.min(limit, Math.floor(shares / count))
  if (count === 1) return most
  // Several devices must be different ones, so shares on one device do not add up: play it through.
  const any = { count, milli }
  for (let n = 0; n < most; n++) {
    const devices = pickDevices(usable, any, [])
    if (devices === undefined) return n
    for (const index of devices) usable[index]! -= milli
  }
  return most
}
