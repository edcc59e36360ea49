import { afterAll, beforeAll, beforeEach, describe } from 'vitest'
import { networkRefusal } from './namespaces.ts'
import { NetworkMesh } from './network-mesh.ts'

/** Tests that share one mesh of five peers on a network, whole again before each; where this machine cannot have one, a line says why. */
export function onNetwork(title: string, define: (mesh: NetworkMesh) => void): void {
  const refusal = networkRefusal()
  const reason = refusal === undefined ? '' : ` (skipped: ${refusal})`
  if (refusal !== undefined) console.warn(`${title}: skipped, for ${refusal}`)
  describe.skipIf(refusal !== undefined)(`${title}${reason}`, () => {
    const mesh = new NetworkMesh()
    beforeAll(() => mesh.start())
    beforeEach(() => mesh.restore())
    afterAll(() => mesh.close())
    define(mesh)
  })
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** So many, made one by one. */
export function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}
