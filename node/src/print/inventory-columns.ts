import type { ColumnsByKind } from './entry-column.ts'

type OtherKind = 'cloud' | 'specialised' | 'software' | 'people'

export const otherColumns: Pick<ColumnsByKind, OtherKind> = {
  cloud: [
    { title: 'region', text: ({ facts }) => facts.region ?? '' },
    { title: 'zone', text: ({ facts }) => facts.zone ?? '' },
    { title: 'type', text: ({ facts }) => facts.instanceType ?? '' },
    { title: 'instance', text: ({ facts }) => facts.instanceId ?? '' },
    { title: 'spot', text: ({ facts }) => (facts.spot === undefined ? '' : facts.spot ? 'yes' : 'no') },
    {
      title: 'price/h',
      align: 'right',
      text: ({ facts }) => (facts.pricePerHour === undefined ? '' : String(facts.pricePerHour)),
    },
  ],
  specialised: [
    { title: 'what', text: ({ facts }) => facts.type },
    { title: 'name', text: ({ name }) => name },
    { title: 'count', align: 'right', text: ({ facts }) => String(facts.count) },
    { title: 'path', text: ({ facts }) => facts.path ?? '' },
  ],
  software: [
    { title: 'what', text: ({ facts }) => facts.type },
    { title: 'version', text: ({ facts }) => facts.version ?? '' },
    { title: 'path', text: ({ facts }) => facts.path ?? '' },
  ],
  people: [
    { title: 'skills', text: ({ facts }) => facts.skills.join(', ') },
    { title: 'hours', text: ({ facts }) => (facts.hours.length === 0 ? 'any time' : facts.hours.join(', ')) },
    { title: 'time zone', text: ({ facts }) => facts.timeZone },
    { title: 'tasks at once', align: 'right', text: ({ facts }) => String(facts.tasksMax) },
  ],
}
