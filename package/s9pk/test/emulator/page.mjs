// The page on which a person fills in the form of an action: what it checks before it sends anything, and what it
// sends for a field that was cleared.

/** What a text field sends that a person has cleared: not the `null` that it was shown with. */
export const CLEARED = ''

/** What the page finds wrong with an input, or nothing. */
export function problemOf(spec, input, path = 'the form') {
  const unknown = Object.keys(input).find(name => !(name in spec))
  if (unknown) return `${path} has no field ${unknown}`
  for (const [name, field] of Object.entries(spec)) {
    const problem = ofField(field, input[name], `${path}.${name}`)
    if (problem) return problem
  }
}

function ofField(field, value, path) {
  const isEmpty = value === null || value === undefined || value === CLEARED
  if (field.disabled === true || typeof field.disabled === 'string') return
  switch (field.type) {
    case 'text':
    case 'textarea':
      if (isEmpty) return field.required && `${path} is required`
      if (typeof value !== 'string') return `${path} is no text`
      return ofText(field, value, path)
    case 'number':
      if (isEmpty) return field.required && `${path} is required`
      if (!Number.isFinite(value)) return `${path} is no number`
      if (field.integer && !Number.isInteger(value)) return `${path} is no whole number`
      if (value < (field.min ?? -Infinity) || value > (field.max ?? Infinity)) return `${path} is out of range`
      return
    case 'toggle':
      return typeof value !== 'boolean' && `${path} is neither on nor off`
    case 'select':
      return !(value in field.values) && `${path} has no choice ${value}`
    case 'list': {
      if (!Array.isArray(value)) return `${path} is no list`
      if (value.length < (field.minLength ?? 0) || value.length > (field.maxLength ?? Infinity))
        return `${path} is too short or long`
      const problems = value.map((entry, at) =>
        entry === CLEARED ? `${path}[${at}] is empty` : ofText(field.spec, entry, `${path}[${at}]`),
      )
      return problems.find(Boolean)
    }
    case 'object':
      return problemOf(field.spec, value ?? {}, path)
    case 'union': {
      const variant = field.variants[value?.selection]
      return variant ? problemOf(variant.spec, value.value ?? {}, path) : `${path} has no choice ${value?.selection}`
    }
    default:
      return `${path} is of a type that is not emulated: ${field.type}`
  }
}

/** Patterns are JavaScript's here. */
function ofText({ patterns, minLength, maxLength }, value, path) {
  if (value.length < (minLength ?? 0) || value.length > (maxLength ?? Infinity)) return `${path} is too short or long`
  const missed = patterns.find(({ regex }) => !new RegExp(regex).test(value))
  return missed && `${path}: ${missed.description}`
}
