/** Turns what a declaration binds into what an assignment assigns to: `{ a, b: [c = 1] }` into `({ a: A, b: [C = 1] })`. */
import ts from "typescript";

export interface PatternOptions {
  readonly factory: ts.NodeFactory;
  /** What is assigned to in place of a name. */
  readonly target: (name: ts.Identifier) => ts.Expression;
  /** Converts computed keys. */
  readonly visit: (expression: ts.Expression) => ts.Expression;
  /** Converts the default value of a name. */
  readonly valueFor: (name: ts.BindingName, value: ts.Expression) => ts.Expression;
}

export function toAssignmentTarget(name: ts.BindingName, options: PatternOptions): ts.Expression {
  if (ts.isIdentifier(name)) return options.target(name);
  const { factory } = options;
  return ts.isObjectBindingPattern(name)
    ? factory.createObjectLiteralExpression(name.elements.map((element) => toProperty(element, options)))
    : factory.createArrayLiteralExpression(name.elements.map((element) => toElement(element, options)));
}

function toProperty(element: ts.BindingElement, options: PatternOptions): ts.ObjectLiteralElementLike {
  const { factory } = options;
  if (element.dotDotDotToken !== undefined)
    return factory.createSpreadAssignment(toAssignmentTarget(element.name, options));
  // Without a key of its own a binding is a plain name.
  const key = element.propertyName ?? factory.createIdentifier((element.name as ts.Identifier).text);
  return factory.createPropertyAssignment(toKey(key, options), withDefault(element, options));
}

function toKey(key: ts.PropertyName, { factory, visit }: PatternOptions): ts.PropertyName {
  return ts.isComputedPropertyName(key) ? factory.createComputedPropertyName(visit(key.expression)) : key;
}

function toElement(element: ts.ArrayBindingElement, options: PatternOptions): ts.Expression {
  const { factory } = options;
  if (ts.isOmittedExpression(element)) return factory.createOmittedExpression();
  return element.dotDotDotToken === undefined
    ? withDefault(element, options)
    : factory.createSpreadElement(toAssignmentTarget(element.name, options));
}

function withDefault({ name, initializer }: ts.BindingElement, options: PatternOptions): ts.Expression {
  const target = toAssignmentTarget(name, options);
  return initializer === undefined
    ? target
    : options.factory.createAssignment(target, options.valueFor(name, initializer));
}
