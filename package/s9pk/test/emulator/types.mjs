// Checks values by the types that StartOS publishes, read from the SDK's own declarations: what is written down
// there is all that is known here. Stricter than the host in one respect: no field may be there that no type has, save
// for those that the SDK itself adds.

import { fileURLToPath } from 'node:url'
import { dirname } from 'node:path'
import ts from 'typescript'

const here = path => fileURLToPath(new URL(path, import.meta.url))

const SDK_ADDS = ['bind.addSsl.scheme']

const config = here('../../tsconfig.json')
const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(config, ts.sys.readFile).config,
  ts.sys,
  dirname(config),
)
const program = ts.createProgram([here('contract.ts')], { ...options, noEmit: true, skipLibCheck: true })
const source = program.getSourceFile(here('contract.ts'))
const broken = program.getSemanticDiagnostics(source)
if (broken.length) throw new Error(ts.formatDiagnostics(broken, ts.createCompilerHost(options)))
const checker = program.getTypeChecker()

const contract = checker.getTypeAtLocation(source.statements.find(ts.isInterfaceDeclaration))
const member = (type, name) => checker.getTypeOfSymbol(checker.getPropertyOfType(type, name))

/** The parameter and the answer of an effect, such as `action.export`. */
function signature(effect) {
  const [call] = effect.split('.').reduce(member, member(contract, 'effects')).getCallSignatures()
  const [parameter] = call.getParameters()
  return {
    parameter: parameter && checker.getTypeOfSymbol(parameter),
    answer: checker.getAwaitedType(call.getReturnType()),
  }
}

let spent = 0

/** How many milliseconds all checks have taken up to now. StartOS makes none, so that is no time of the package. */
export const spentOnChecks = () => spent

/** Throws where a value is not of the named type of the contract. */
export function check(name, value) {
  refuse(name, () => problem(member(contract, name), value, name))
}

/** Throws where an effect is not asked as its type says. */
export function checkCall(effect, params) {
  refuse(effect, () => {
    const { parameter } = signature(effect)
    return parameter ? problem(parameter, params, effect) : Object.keys(params).length > 0 && `${effect} takes nothing`
  })
}

/** Throws where the emulated host does not answer an effect as its type says. */
export function checkAnswer(effect, value) {
  refuse(effect, () => problem(signature(effect).answer, value, `${effect}()`))
}

function refuse(name, look) {
  const begin = performance.now()
  const problem = look()
  spent += performance.now() - begin
  if (problem) throw new TypeError(`not what StartOS' types say of ${name}: ${problem}`)
}

/** What is wrong with a value, or nothing. */
function problem(type, value, path) {
  const shown = JSON.stringify(value)
  const wrong = () => `${path} is ${shown}, not ${checker.typeToString(type)}`
  const { flags } = type
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return
  if (flags & ts.TypeFlags.Null) return value === null ? undefined : wrong()
  if (flags & ts.TypeFlags.Undefined) return value === undefined ? undefined : wrong()
  if (flags & ts.TypeFlags.Never) return wrong()
  if (flags & (ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLiteral))
    return value === type.value ? undefined : wrong()
  if (flags & ts.TypeFlags.BooleanLiteral) return String(value) === type.intrinsicName ? undefined : wrong()
  if (flags & ts.TypeFlags.StringLike) return typeof value === 'string' ? undefined : wrong()
  if (flags & ts.TypeFlags.NumberLike) return Number.isFinite(value) ? undefined : wrong()
  if (flags & ts.TypeFlags.BooleanLike) return typeof value === 'boolean' ? undefined : wrong()
  if (type.isUnion()) return ofUnion(type, value, path, wrong)
  // A name or an id is a string with a brand.
  if (type.isIntersection() && type.types.some(part => part.flags & ts.TypeFlags.StringLike)) {
    return typeof value === 'string' ? undefined : wrong()
  }
  // A callback arrives as its number.
  if (type.getCallSignatures().length) return value === null || Number.isInteger(value) ? undefined : wrong()
  if (checker.isTupleType(type)) {
    const parts = checker.getTypeArguments(type)
    if (!Array.isArray(value) || value.length !== parts.length) return wrong()
    return first(parts, (part, at) => problem(part, value[at], `${path}[${at}]`))
  }
  if (checker.isArrayType(type)) {
    if (!Array.isArray(value)) return wrong()
    const [element] = checker.getTypeArguments(type)
    return first(value, (entry, at) => problem(element, entry, `${path}[${at}]`))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong()
  return ofObject(type, value, path)
}

/** Of several shapes, the error of the shape that the value is meant to have says best what is wrong. */
function ofUnion({ types }, value, path, wrong) {
  const found = types.map(type => problem(type, value, path))
  if (found.includes(undefined)) return
  const objects = types.filter(type => type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))
  const isMeant = type => {
    const tags = checker.getPropertiesOfType(type).filter(({ name }) => member(type, name).isLiteral())
    return tags.length > 0 && tags.every(({ name }) => !problem(member(type, name), value[name], ''))
  }
  const isObject = typeof value === 'object' && value !== null
  const meant = isObject && (objects.length === 1 ? objects[0] : objects.find(isMeant))
  return meant ? found[types.indexOf(meant)] : wrong()
}

function ofObject(type, value, path) {
  const known = checker.getPropertiesOfType(type)
  const index = [ts.IndexKind.String, ts.IndexKind.Number].map(kind => checker.getIndexTypeOfType(type, kind))
  const others = index.find(Boolean)
  const ofKnown = ({ name, flags }) => {
    const isOptional = flags & ts.SymbolFlags.Optional
    if (!(name in value)) return isOptional ? undefined : `${path}.${name} is missing`
    return problem(member(type, name), value[name], `${path}.${name}`)
  }
  const names = known.map(({ name }) => name)
  const ofOther = name =>
    others
      ? problem(others, value[name], `${path}.${name}`)
      : SDK_ADDS.includes(`${path}.${name}`)
        ? undefined
        : `${path}.${name} is not known there`
  return (
    first(known, ofKnown) ??
    first(
      Object.keys(value).filter(name => !names.includes(name)),
      ofOther,
    )
  )
}

function first(list, look) {
  for (const [at, entry] of list.entries()) {
    const found = look(entry, at)
    if (found) return found
  }
}
