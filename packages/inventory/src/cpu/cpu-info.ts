/** What `/proc/cpuinfo` says. */
export interface CpuInfo {
  /** logical CPUs that are listed */
  threads: number
  model: string | undefined
  flags: ReadonlySet<string>
}

/** By implementer and part; ARM's cores do not say their name. */
const armCores: Record<string, string> = {
  '0x41/0xd03': 'Cortex-A53',
  '0x41/0xd08': 'Cortex-A72',
  '0x41/0xd0b': 'Cortex-A76',
  '0x41/0xd0c': 'Neoverse N1',
  '0x41/0xd40': 'Neoverse V1',
  '0x41/0xd49': 'Neoverse N2',
  '0x41/0xd4f': 'Neoverse V2',
}

/** x86 ("model name", "flags"), ARM ("CPU implementer", "CPU part", "Features") and RISC-V ("uarch", "isa"). */
export function parseCpuInfo(text: string): CpuInfo {
  const fields = new Map<string, string>()
  let threads = 0
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const [name, value] = [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    if (name === 'processor') threads++
    if (value !== '' && !fields.has(name)) fields.set(name, value)
  }
  const flags = (fields.get('flags') ?? fields.get('Features') ?? '').split(' ').filter((flag) => flag !== '')
  return { threads, model: modelOf(fields), flags: new Set(flags) }
}

function modelOf(fields: ReadonlyMap<string, string>): string | undefined {
  const named = fields.get('model name') ?? fields.get('uarch')
  if (named !== undefined) return named.replace(/\s+/g, ' ')
  const [implementer, part] = [fields.get('CPU implementer'), fields.get('CPU part')]
  if (implementer === undefined || part === undefined) return undefined
  return armCores[`${implementer}/${part}`] ?? `ARM implementer ${implementer} part ${part}`
}

/** Of hundreds of flags those that programs and models are built for; in this order. */
const instructionSets = [
  'sse4_2',
  'avx',
  'avx2',
  'fma',
  'avx_vnni',
  'avx512f',
  'avx512bw',
  'avx512vl',
  'avx512_vnni',
  'avx512_bf16',
  'avx512_fp16',
  'amx_tile',
  'amx_int8',
  'amx_bf16',
  'aes',
  'sha_ni',
  'asimd',
  'asimddp',
  'i8mm',
  'bf16',
  'sve',
  'sve2',
  'sme',
  'atomics',
]

export const knownInstructionSets = (flags: ReadonlySet<string>): string[] =>
  instructionSets.filter((name) => flags.has(name))

/** "AMD EPYC 7R13 @ 2.65GHz" says its base frequency itself. */
export function baseMhzInName(model: string): number | undefined {
  const ghz = /@\s*(\d+(?:\.\d+)?)\s*GHz/i.exec(model)?.[1]
  return ghz === undefined ? undefined : Math.round(Number(ghz) * 1000)
}
