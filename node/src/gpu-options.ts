import type { Request } from '@souk/client'
import { parseBytes, parseMilli } from './amounts.ts'
import { usageError } from './cli-error.ts'

/** Which GPUs a task needs, as options say it. */
export interface GpuOptions {
  gpu?: string
  gpuModel?: string[]
  gpuMemory?: string
}

/** As a request has it; a model or memory alone means one device. undefined: none is asked for. */
export function gpuOf({ gpu, gpuModel, gpuMemory }: GpuOptions): Request['gpu'] {
  const amount = gpu === undefined ? undefined : parseMilli('--gpu', gpu) / 1000
  if (gpuModel === undefined && gpuMemory === undefined) return amount
  if (amount === 0) {
    throw usageError('--gpu 0 asks for no GPU, --gpu-model and --gpu-memory for a kind of one; leave one of them out')
  }
  const devices: Exclude<Request['gpu'], number | undefined> = {}
  if (amount !== undefined && amount < 1) devices.share = amount
  else if (amount !== undefined) devices.count = amount
  if (gpuMemory !== undefined) devices.memory = parseBytes('--gpu-memory', gpuMemory)
  if (gpuModel !== undefined) devices.models = modelsOf(gpuModel)
  return devices
}

function modelsOf(texts: readonly string[]): string[] {
  const models = texts.flatMap((text) => text.split(',')).map((model) => model.trim())
  if (models.includes('')) throw usageError("--gpu-model: a name is empty; write it like A100,H100 or 'RTX 4070'")
  return models
}
