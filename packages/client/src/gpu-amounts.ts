import { apiLimits } from './limits.ts'
import { SoukError } from './souk-error.ts'

/** GPUs of a kind. At most 16 models. */
export interface GpuAmounts {
  /** devices; default 1 */
  count?: number
  /** of each device, over 0 up to 1 (default): the rest of it is for others */
  share?: number
  /** that each device has in all, such as '20G' */
  memory?: number | string
  /**
   * any of these will do. Each word of it (letters and digits, in any case) must be in the device's name, as one word or
   * as several in a row: 'A100' or 'a100 80gb' for 'NVIDIA A100-SXM4-80GB'; 'A10' is another model
   */
  models?: string[]
}

/** `count` devices, `milli` thousandths of each; what is absent may be anything. */
export interface GpuRequestAmounts {
  count: number
  milli: number
  /** of each device, in all */
  memoryBytes?: number
  /** lower case, each once, sorted */
  models?: string[]
}

const countMax = 1024

/** Reads an amount of memory; `field` is where it stands in the request. */
type ReadBytes = (value: number | string, field: string) => number

const invalid = (message: string, path: string): SoukError =>
  new SoukError('amount-invalid', message, { path: `/request/gpu${path}` })

/** Whole devices, or below 1 a share of one (1.5 is refused), or what kind of them. Throws `amount-invalid`. */
export function gpuAmounts(gpu: number | GpuAmounts, bytes: ReadBytes): GpuRequestAmounts {
  if (typeof gpu !== 'number') return devicesOf(gpu, bytes)
  if (gpu === 0) return { count: 0, milli: 0 }
  if (gpu > 0 && gpu < 1) return { count: 1, milli: thousandths(gpu) }
  if (Number.isInteger(gpu) && gpu > 0 && gpu <= countMax) return { count: gpu, milli: 1000 }
  throw invalid(`gpu is ${gpu}; needed is a whole number of devices up to ${countMax}, or a share below 1`, '')
}

function devicesOf({ count = 1, share = 1, memory = 0, models = [] }: GpuAmounts, bytes: ReadBytes): GpuRequestAmounts {
  if (!Number.isInteger(count) || count < 0 || count > countMax) {
    throw invalid(`gpu.count is ${count}; needed is a whole number of devices, 0 to ${countMax}`, '/count')
  }
  if (!(share > 0 && share <= 1)) {
    throw invalid(`gpu.share is ${share}; needed is a part of each device, over 0 and up to 1`, '/share')
  }
  const memoryBytes = bytes(memory, 'gpu/memory')
  const names = modelNames(models)
  if (count === 0) {
    if (memoryBytes === 0 && names.length === 0) return { count: 0, milli: 0 }
    throw invalid('gpu.count is 0, but models or memory of a GPU are asked for; ask for at least one', '/count')
  }
  return {
    count,
    milli: thousandths(share),
    ...(memoryBytes > 0 ? { memoryBytes } : {}),
    ...(names.length > 0 ? { models: names } : {}),
  }
}

/** In one form, so that tasks alike are asked for together. */
function modelNames(models: readonly string[]): string[] {
  if (models.length > apiLimits.gpuModelsMax) {
    throw invalid(`gpu.models has ${models.length} names; at most ${apiLimits.gpuModelsMax} can be given`, '/models')
  }
  const names = models.map((model) => model.trim().toLowerCase())
  for (const [i, name] of names.entries()) {
    if (/[\p{L}\p{N}]/u.test(name) && name.length <= apiLimits.gpuModelCharsMax) continue
    const needed = `needed is a model such as A100, of at most ${apiLimits.gpuModelCharsMax} characters`
    throw invalid(`gpu.models has '${name.slice(0, 80)}'; ${needed}`, `/models/${i}`)
  }
  return [...new Set(names)].sort()
}

/** Rounded up, one at least; no rounding error counts as one. */
const thousandths = (share: number): number => Math.max(1, Math.ceil(share * 1000 - 1e-6))
