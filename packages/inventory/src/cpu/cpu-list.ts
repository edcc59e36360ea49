/** as many as any host has by far; a longer list is not read to its end */
const cpusMax = 8192

/** '0-3,8' as Linux lists CPUs: [0, 1, 2, 3, 8]. What is no number is left out. */
export function parseCpuList(text: string | undefined): number[] {
  const cpus: number[] = []
  for (const range of text?.trim().split(',') ?? []) {
    const parts = /^(\d+)(?:-(\d+))?$/.exec(range)
    if (!parts) continue
    const last = Number(parts[2] ?? parts[1])
    for (let cpu = Number(parts[1]); cpu <= last && cpus.length < cpusMax; cpu++) cpus.push(cpu)
  }
  return cpus
}
