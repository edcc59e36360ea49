import { Type } from '@sinclair/typebox'
import type { ResourceRequest, ResourceVector } from '@souk/kernel'
import { limits } from './limits.ts'
import { dictionary, int, list, strict, text } from './schema.ts'

const amount = int(2 ** 52)

export const RequestSchema = Type.Unsafe<ResourceRequest>(
  strict({
    cpuMilli: amount,
    memoryBytes: amount,
    diskBytes: amount,
    networkMbps: amount,
    // At least one: what takes no slot would be started without end.
    slots: int(2 ** 52, 1),
    gpu: strict({
      count: int(1024),
      milli: int(1000),
      memoryBytes: Type.Optional(amount),
      models: Type.Optional(list(text(limits.gpuModelCharsMax, 1), limits.gpuModelsMax)),
    }),
    custom: dictionary(amount, limits.labelsMax),
  }),
)

export const VectorSchema = Type.Unsafe<ResourceVector>(
  strict({
    cpuMilli: amount,
    memoryBytes: amount,
    diskBytes: amount,
    networkMbps: amount,
    slots: amount,
    gpuMilli: list(int(1000), 1024),
    custom: dictionary(amount, limits.labelsMax),
  }),
)
