// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

export const samples = [
  {
    name: "Science: how plants feed",
    query: "How do plants make their food?",
    documents: [
      "The stock exchange closed higher on Friday.",
      "Photosynthesis lets green leaves turn sunlight, water and carbon dioxide into sugar.",
      "Roots take up water and minerals from the soil.",
      "A recipe for bread needs flour, water, salt and yeast.",
      "Most fungi live on what other organisms leave behind.",
      "Chlorophyll absorbs red and blue light and gives leaves their colour.",
    ],
  },
  {
    name: "Support: a lost password",
    query: "I cannot log in any more",
    documents: [
      "How to change the language of the app",
      "Reset a forgotten password by e-mail",
      "Invoices and how they are paid",
      "What to do when two-factor codes are refused",
      "Inviting colleagues to a shared folder",
      "Your account is locked after five wrong passwords for an hour",
    ],
  },
  {
    name: "Code: a slow query",
    query: "database query is slow on a big table",
    documents: [
      "An index on the columns of the WHERE clause lets the planner skip most rows.",
      "Use flexbox to centre a box on a page.",
      "EXPLAIN ANALYZE shows which step of a plan takes the time.",
      "A mutex keeps two threads from changing the same value.",
      "Partition by month when old rows are rarely read.",
      "Semantic versions have three numbers.",
    ],
  },
];
