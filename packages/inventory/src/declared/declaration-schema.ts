import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { choice, strict } from '@souk/wire'

const optional = Type.Optional
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const name = text(64)
const path = text(4096)
/** names that offers, requests and labels can say */
const unitName = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$' })
const amount = Type.Union([Type.String({ minLength: 1, maxLength: 32 }), Type.Number({ minimum: 0 })])
const list = <T extends TSchema>(item: T, maxItems: number) => optional(Type.Array(item, { maxItems }))

const GpuDeclaration = strict({
  model: name,
  vendor: optional(name),
  /** of each: '24G' */
  memory: optional(amount),
  computeUnits: optional(Type.Integer({ minimum: 1, maximum: 1e6 })),
  driver: optional(name),
  api: optional(name),
  /** like devices; default 1 */
  count: optional(Type.Integer({ minimum: 1, maximum: 1024 })),
  /** NUMA node that they are near to */
  numa: optional(Type.Integer({ minimum: 0, maximum: 1023 })),
})

const SpecialisedDeclaration = strict({
  type: choice('licence', 'device', 'sensor', 'units', 'model'),
  name: unitName,
  /** so many tasks may have one at a time; default 1 */
  count: optional(Type.Integer({ minimum: 0, maximum: 1e9 })),
  /** must exist for it to be available */
  path: optional(path),
})

const PersonDeclaration = strict({
  name,
  skills: list(name, 64),
  /** 'mon-fri 09:00-17:00'; none: at any time */
  hours: list(text(64), 16),
  /** such as Europe/Berlin; default: the host's */
  timeZone: optional(name),
  /** so many tasks at a time; default 1 */
  tasksMax: optional(Type.Integer({ minimum: 1, maximum: 1000 })),
})

/** The inventory file: what only the owner of a host knows of it. Everything in it is optional. */
export const DeclarationSchema = strict({
  reserve: optional(strict({ cpu: optional(amount), memory: optional(amount), disk: optional(amount) })),
  cloud: optional(
    strict({
      provider: optional(name),
      region: optional(name),
      zone: optional(name),
      instanceType: optional(name),
      instanceId: optional(name),
      spot: optional(Type.Boolean()),
      pricePerHour: optional(Type.Number({ minimum: 0, maximum: 1e9 })),
    }),
  ),
  gpus: list(GpuDeclaration, 64),
  specialised: list(SpecialisedDeclaration, 64),
  data: list(strict({ name: unitName, path }), 64),
  software: list(strict({ name: unitName, version: optional(name), path: optional(path) }), 64),
  people: list(PersonDeclaration, 64),
})
export type Declaration = Static<typeof DeclarationSchema>
