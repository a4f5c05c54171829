// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quantumrerank/quantumrerank/reranker/engine/tokenizer"
)

// maxJSONBytes bounds the small configuration files.
const maxJSONBytes = 4 << 20

// promptsFile holds prompts, and the similarity that a model was trained for.
const promptsFile = "config_sentence_transformers.json"

// readJSON reads a small file of the model directory; nil if it is absent.
func readJSON(dir, name string) ([]byte, error) {
	path := filepath.Join(dir, name)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if info.Size() > maxJSONBytes {
		return nil, fmt.Errorf("%s: %d bytes, more than %d", path, info.Size(), maxJSONBytes)
	}
	return os.ReadFile(path)
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return string(raw)
	}
	return b.String()
}

// optional reads one of the optional files through parse and names it in the
// error.
func optional(dir, name string, parse func([]byte) error) error {
	data, err := readJSON(dir, name)
	if err != nil || data == nil {
		return err
	}
	if err := parse(data); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, name), err)
	}
	return nil
}

// readSentenceFiles completes c by the files that sentence-transformers adds.
func (c *Config) readSentenceFiles(dir string, t *tokenizer.Tokenizer) error {
	c.MaxTokens = c.MaxPositions
	if err := optional(dir, "tokenizer_config.json", func(data []byte) error {
		return c.parseTokenizerConfig(data, t.Normalizer())
	}); err != nil {
		return err
	}
	if err := optional(dir, "sentence_bert_config.json", func(data []byte) error {
		return c.parseSentenceBert(data, t.Normalizer().Lowercase)
	}); err != nil {
		return err
	}
	if c.NumLabels > 0 {
		return nil // neither pooled nor prefixed
	}
	if err := c.readBiEncoder(dir); err != nil {
		return err
	}
	if err := c.checkSimilarity(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, promptsFile), err)
	}
	return nil
}

// readBiEncoder reads prompts, modules and pooling.
func (c *Config) readBiEncoder(dir string) error {
	c.Pooling, c.Normalize = Mean, true
	if err := optional(dir, promptsFile, c.parsePrompts); err != nil {
		return err
	}
	var pooling string
	if err := optional(dir, "modules.json", func(data []byte) (err error) {
		pooling, c.Normalize, err = parseModules(data)
		return err
	}); err != nil || pooling == "" {
		return err
	}
	name := filepath.Join(pooling, "config.json")
	data, err := readJSON(dir, name)
	if err != nil {
		return err
	}
	if data == nil {
		return fmt.Errorf("%s is missing, but modules.json asks for it", filepath.Join(dir, name))
	}
	if err := c.parsePooling(data); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, name), err)
	}
	return nil
}

// checkSimilarity refuses what cosines, which is all that there is here, are not:
// products of vectors whose lengths the model means something by.
func (c *Config) checkSimilarity() error {
	if c.Similarity == "dot" && !c.Normalize {
		return errors.New(`similarity_fn_name is "dot", and the model does not normalize its vectors; supported: cosine, or dot with a Normalize module`)
	}
	return nil
}

func (c *Config) limitTokens(field string, n float64) error {
	if !(n >= 3) { // [CLS] a token [SEP]
		return fmt.Errorf("%s is %g, want 3 or more", field, n)
	}
	if n < float64(c.MaxTokens) {
		c.MaxTokens = int(n)
	}
	return nil
}

// parseTokenizerConfig takes model_max_length, which is an absurdly large
// number where its author knew none. The rest of the file repeats
// tokenizer.json; where it says another thing, transformers believes one file
// and tokenizers the other, so neither is.
func (c *Config) parseTokenizerConfig(data []byte, n tokenizer.Normalizer) error {
	var f struct {
		Max     *float64 `json:"model_max_length"`
		Side    *string  `json:"truncation_side"`
		Lower   *bool    `json:"do_lower_case"`
		Strip   *bool    `json:"strip_accents"`
		Chinese *bool    `json:"tokenize_chinese_chars"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	if f.Side != nil && *f.Side != "right" {
		return fmt.Errorf("truncation_side is %q; supported: right", *f.Side)
	}
	for _, x := range []struct {
		field string
		says  *bool
		is    bool
	}{
		{"do_lower_case", f.Lower, n.Lowercase},
		{"strip_accents", f.Strip, n.StripAccents},
		{"tokenize_chinese_chars", f.Chinese, n.ChineseChars},
	} {
		if x.says != nil && *x.says != x.is {
			return fmt.Errorf("%s is %t, but the normalizer of tokenizer.json has %t", x.field, *x.says, x.is)
		}
	}
	if f.Max == nil {
		return nil
	}
	return c.limitTokens("model_max_length", *f.Max)
}

func (c *Config) parseSentenceBert(data []byte, lowercases bool) error {
	var f struct {
		Max       *float64 `json:"max_seq_length"`
		Lowercase bool     `json:"do_lower_case"`
		Task      string   `json:"transformer_task"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	if f.Lowercase && !lowercases {
		return errors.New("do_lower_case is true, but the tokenizer's normalizer does not lower-case")
	}
	if f.Task != "" && f.Task != "feature-extraction" {
		return fmt.Errorf("transformer_task is %q; supported: feature-extraction", f.Task)
	}
	if f.Max == nil {
		return nil
	}
	return c.limitTokens("max_seq_length", *f.Max)
}

// parsePrompts takes the prompts that this project can mean: that of queries
// and that of documents.
func (c *Config) parsePrompts(data []byte) error {
	var f struct {
		Prompts    map[string]string `json:"prompts"`
		Default    *string           `json:"default_prompt_name"`
		Similarity *string           `json:"similarity_fn_name"`
	}
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	if f.Similarity != nil && *f.Similarity != "cosine" && *f.Similarity != "dot" {
		return fmt.Errorf("similarity_fn_name is %q; supported: cosine, dot", *f.Similarity)
	}
	if f.Similarity != nil {
		c.Similarity = *f.Similarity
	}
	if f.Default != nil && *f.Default != "" {
		p, ok := f.Prompts[*f.Default]
		if !ok {
			return fmt.Errorf("default_prompt_name is %q, which is not in prompts", *f.Default)
		}
		c.QueryPrefix, c.DocumentPrefix = p, p
	}
	if p, ok := f.Prompts["query"]; ok {
		c.QueryPrefix = p
	}
	for _, name := range []string{"passage", "document"} {
		if p, ok := f.Prompts[name]; ok {
			c.DocumentPrefix = p
		}
	}
	return nil
}

// parseModules follows the chain of modules: Transformer, Pooling and perhaps
// Normalize. Anything else, such as a Dense layer, is refused.
func parseModules(data []byte) (pooling string, normalize bool, err error) {
	var modules []struct {
		Path string `json:"path"`
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &modules); err != nil {
		return "", false, err
	}
	var chain []string
	for _, m := range modules {
		kind := m.Type[strings.LastIndexByte(m.Type, '.')+1:] // the packages moved over time
		chain = append(chain, kind)
		switch kind {
		case "Transformer":
			if m.Path != "" && m.Path != "." {
				return "", false, fmt.Errorf("the transformer lies in %q; supported: the model directory itself", m.Path)
			}
		case "Pooling":
			if !filepath.IsLocal(m.Path) {
				return "", false, fmt.Errorf("module path %q leads out of the model directory", m.Path)
			}
			pooling = m.Path
		case "Normalize":
			normalize = true
		}
	}
	switch got := strings.Join(chain, ", "); got {
	case "Transformer, Pooling", "Transformer, Pooling, Normalize":
		return pooling, normalize, nil
	default:
		return "", false, fmt.Errorf("modules are [%s]; supported: Transformer, Pooling and Normalize (or without it), in this order", got)
	}
}

// parsePooling reads both forms of the file: a flag for every mode, and, since
// sentence-transformers 6, one name.
func (c *Config) parsePooling(data []byte) error {
	var all fields
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	var modes []string
	for _, name := range slices.Sorted(maps.Keys(all)) { // the same error every time
		raw := all[name]
		value := compact(raw)
		switch name {
		case "word_embedding_dimension", "embedding_dimension":
			if value != fmt.Sprint(c.HiddenSize) {
				return fmt.Errorf("%s is %s, but hidden_size is %d", name, value, c.HiddenSize)
			}
		case "include_prompt":
			if value != "true" && (c.QueryPrefix != "" || c.DocumentPrefix != "") {
				return fmt.Errorf("include_prompt is %s; supported: true", value)
			}
		case "pooling_mode":
			var mode string
			if err := json.Unmarshal(raw, &mode); err != nil {
				return fmt.Errorf("pooling_mode: %w", err)
			}
			modes = append(modes, mode)
		default:
			if value != "false" && value != "null" {
				modes = append(modes, name)
			}
		}
	}
	return c.setPooling(modes)
}

func (c *Config) setPooling(modes []string) error {
	if len(modes) > 1 {
		return fmt.Errorf("more than one mode is set: %s", strings.Join(modes, " and "))
	}
	switch mode := strings.Join(modes, ""); mode {
	case string(Mean), "pooling_mode_mean_tokens":
		c.Pooling = Mean
	case string(CLS), "pooling_mode_cls_token":
		c.Pooling = CLS
	default:
		return fmt.Errorf("pooling mode is %q; supported: %s, %s", mode, Mean, CLS)
	}
	return nil
}
