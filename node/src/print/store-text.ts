import type { Status } from '@souk/client'

/** The state of a peer's store on one line. */
export function storeText(store: Status['store']): string {
  if (store.ok) return 'ok'
  return `${store.code}: ${store.message} It takes no new tasks and keeps none for others until it can write again.`
}
