import ts from 'typescript';
import { textOf } from './source-files.ts';

/** The start of a statement, and enough of what must follow it. */
const STATEMENT =
  /^\s*(select\s+[\s\S]+\sfrom\s|select\s+\w+\s*\(|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\(|(create|alter|drop)\s+(table|index|database|role|schema|type|view|function|extension)\s|truncate\s+\w|lock\s+table\s|notify\s+\w+\s*[,;]|set\s+(local|session)\s)/i;

/** Sentences for people ("Select a seat from the map") begin with one capital; statements are all small or all capitals. */
const SENTENCE = /^\s*[A-Z][a-z]/;

/** SQL is read with its locks and isolation in mind, in one place. These need some of their own. */
const ALLOWED = [
  /^db\//,
  /\.(test|fixture)\.tsx?$/,
  /^(tests|bench)\//,
  // Makes and drops databases, and asks whether one answers, before there is a schema that db/ could know.
  /^local-stack\/(postgres|test-stack|parts\/stores)/,
];

const WHY = 'SQL lives in db/, where each statement says its lock and isolation and drizzle checks the rest.';

export interface RawSqlReport {
  readonly looked: number;
  readonly violations: readonly { rule: 'raw-sql-outside-db'; where: string; why: string }[];
}

/** Finds SQL text, `sql` templates and `.unsafe()` calls outside db/ in `files` (paths below `root`). */
export function findRawSql(root: string, files: readonly string[]): RawSqlReport {
  const looked = files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file)));
  const violations = looked.flatMap((file) => {
    const tree = ts.createSourceFile(file, textOf(root, file), ts.ScriptTarget.Latest, true);
    return sqlNodes(tree).map((node) => {
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
      return { rule: 'raw-sql-outside-db' as const, where: `${file}:${line + 1}`, why: WHY };
    });
  });
  return { looked: looked.length, violations };
}

function sqlNodes(node: ts.Node): ts.Node[] {
  if (isSql(node)) return [node];
  const found: ts.Node[] = [];
  node.forEachChild((child) => {
    found.push(...sqlNodes(child));
  });
  return found;
}

function isSql(node: ts.Node): boolean {
  if (ts.isTaggedTemplateExpression(node))
    return lastName(node.tag) === 'sql' || isStatement(node.template.getText().slice(1));
  if (ts.isCallExpression(node))
    return ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'unsafe';
  if (ts.isStringLiteralLike(node)) return isStatement(node.text);
  if (ts.isTemplateExpression(node)) return isStatement(node.getText().slice(1));
  return false;
}

function isStatement(text: string): boolean {
  return STATEMENT.test(text) && !SENTENCE.test(text);
}

function lastName(tag: ts.Expression): string | undefined {
  if (ts.isIdentifier(tag)) return tag.text;
  return ts.isPropertyAccessExpression(tag) ? tag.name.text : undefined;
}
