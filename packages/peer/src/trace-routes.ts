import type { Steps } from './steps.ts'
import type { TracesEffect } from './traces.ts'

export function routeTraces(effect: TracesEffect, { outlet }: Steps): void {
  if (effect.type === 'send') outlet.send(effect.to, effect.message)
  else outlet.emit({ type: 'reply', client: effect.client, reply: { type: 'traced', told: effect.told } })
}
