const items = new Map([
  ['7', { id: '7', title: 'A Pattern Language' }],
  ['8', { id: '8', title: 'The Timeless Way of Building' }],
]);

export const find = (id) => items.get(id);
