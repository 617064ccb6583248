/** Reads markup back for tests, with a parser that follows the HTML standard. Not a part of the package. */
import { type DefaultTreeAdapterMap, parseFragment } from 'parse5';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** All elements below, in order, templates included. */
export function allElements(node: Node): Element[] {
  const children = 'childNodes' in node ? node.childNodes : [];
  return children.flatMap((child) =>
    'tagName' in child ? [child, ...allElements(child)] : allElements(child),
  );
}

export function attributeOf(element: Element | undefined, name: string): string {
  return element?.attrs.find((attribute) => attribute.name === name)?.value ?? '';
}

/** All text below, piece by piece. */
export function textsOf(node: Node | undefined): string[] {
  if (!node) return [];
  if ('value' in node && node.nodeName === '#text') return [node.value];
  return 'childNodes' in node ? node.childNodes.flatMap(textsOf) : [];
}

/** Marks that stand for values. */
export function dataMarks(svg: string): Element[] {
  return allElements(parseFragment(svg))
    .filter((element) => attributeOf(element, 'class') === 'data')
    .flatMap(allElements)
    .filter(({ tagName }) => ['path', 'rect', 'line'].includes(tagName));
}
