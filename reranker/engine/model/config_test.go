// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package model

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quantumrerank/quantumrerank/reranker/engine/tokenizer"
)

// copyOf copies a model into a directory of the test's own.
func copyOf(t testing.TB, from string) string {
	t.Helper()
	to := t.TempDir()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		return errors.Join(os.MkdirAll(filepath.Dir(target), 0o755), os.WriteFile(target, data, 0o644))
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// edit replaces text in a file of a model; an empty old replaces all of it.
func edit(t testing.TB, dir, name, old, with string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	text := with
	if old != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), old) {
			t.Fatalf("%s has no %s", name, old)
		}
		text = strings.Replace(string(data), old, with, 1)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesWhatItWouldGetWrong(t *testing.T) {
	t.Parallel()
	const config, modules, pooling, prompts = "config.json", "modules.json", "1_Pooling/config.json", "config_sentence_transformers.json"
	cases := map[string]struct{ from, file, old, with, want string }{
		"another family":                   {tinyBi, config, `"bert"`, `"roberta"`, `field "model_type" is "roberta"; supported: "bert"`},
		"another activation":               {tinyBi, config, `"gelu"`, `"gelu_new"`, `field "hidden_act" is "gelu_new"; supported: "gelu"`},
		"relative positions":               {tinyBi, config, `"hidden_size"`, `"position_embedding_type": "relative_key", "hidden_size"`, `field "position_embedding_type" is "relative_key"; supported: "absolute", null`},
		"a decoder":                        {tinyBi, config, `"is_decoder": false`, `"is_decoder": true`, `field "is_decoder" is true`},
		"cross attention":                  {tinyBi, config, `"add_cross_attention": false`, `"add_cross_attention": true`, `field "add_cross_attention" is true`},
		"quantized weights":                {tinyBi, config, `"hidden_size"`, `"quantization_config": {"bits": 4}, "hidden_size"`, `field "quantization_config" is {"bits":4}`},
		"code of its own":                  {tinyBi, config, `"hidden_size"`, `"auto_map": {"AutoModel": "x.py"}, "hidden_size"`, `field "auto_map"`},
		"a field nobody knows":             {tinyBi, config, `"hidden_size"`, `"rope_theta": 10000, "hidden_size"`, `field "rope_theta" with value 10000 is unknown`},
		"another architecture":             {tinyBi, config, `"BertModel"`, `"BertForTokenClassification"`, `architectures is "BertForTokenClassification"; supported: BertModel, BertForSequenceClassification`},
		"no architecture":                  {tinyBi, config, `"BertModel"`, ``, `architectures is [], want exactly one`},
		"no sizes":                         {tinyBi, config, `"hidden_size": 32,`, ``, `field "hidden_size" is missing`},
		"a size of zero":                   {tinyBi, config, `"num_hidden_layers": 2`, `"num_hidden_layers": 0`, `num_hidden_layers is 0, want 1 to`},
		"a size beyond belief":             {tinyBi, config, `"vocab_size": 292`, `"vocab_size": 9000000000`, `vocab_size is 9000000000, want 1 to`},
		"heads that do not divide":         {tinyBi, config, `"num_attention_heads": 4`, `"num_attention_heads": 5`, `hidden_size 32 is not a multiple of num_attention_heads 5`},
		"an epsilon of zero":               {tinyBi, config, `"layer_norm_eps": 1e-12`, `"layer_norm_eps": 0`, `layer_norm_eps is 0`},
		"half a file":                      {tinyBi, config, `"vocab_size": 292`, `"vocab`, `config.json`},
		"a vocabulary beyond the table":    {tinyBi, config, `"vocab_size": 292`, `"vocab_size": 291`, `tokenizer.json has ids up to 291, but vocab_size`},
		"a layer too many":                 {tinyBi, config, `"num_hidden_layers": 2`, `"num_hidden_layers": 3`, `model.safetensors: tensor "encoder.layer.2.attention.self.query.weight" with shape [32 32] is missing`},
		"a layer too few":                  {tinyBi, config, `"num_hidden_layers": 2`, `"num_hidden_layers": 1`, `is not part of a BertModel with 1 layers`},
		"another width":                    {tinyBi, config, `"intermediate_size": 64`, `"intermediate_size": 32`, `tensor "bert.encoder.layer.0.intermediate.dense.weight" has shape [64 32], want [32 32]`},
		"two labels":                       {tinyCross, config, `"0": "LABEL_0"`, `"0": "no", "1": "yes"`, `id2label gives 2 labels; a cross-encoder has 1`},
		"labels left out, which means 2":   {tinyCross, config, `"id2label": {`, `"label2id": {`, `id2label gives 2 labels`},
		"one segment for two texts":        {tinyCross, config, `"type_vocab_size": 2`, `"type_vocab_size": 1`, `type_vocab_size is 1; a cross-encoder tells its two texts apart by 2`},
		"a head that is not there":         {tinyBi, config, `"BertModel"`, `"BertForSequenceClassification"], "id2label": {"0": "x"}, "finetuning_task": [""`, `tensor "classifier.weight" with shape [1 32] is missing`},
		"weights of another kind":          {tinyCross, config, `"BertForSequenceClassification"`, `"BertModel"`, `tensor "classifier.bias" [1] is not part of a BertModel`},
		"a dense module":                   {tinyBi, modules, `models.Normalize`, `models.Dense`, `modules are [Transformer, Pooling, Dense]; supported: Transformer, Pooling and Normalize`},
		"no pooling module":                {tinyBi, modules, `models.Pooling`, `models.WordWeights`, `modules are [Transformer, WordWeights, Normalize]`},
		"pooling that leads out":           {tinyBi, modules, `1_Pooling`, `../1_Pooling`, `leads out of the model directory`},
		"a transformer elsewhere":          {tinyBi, modules, `"path": ""`, `"path": "0_Transformer"`, `the transformer lies in "0_Transformer"`},
		"pooling that is not there":        {tinyBi, modules, `1_Pooling`, `2_Pooling`, `2_Pooling/config.json is missing, but modules.json asks for it`},
		"maximum pooling":                  {tinyBi, pooling, `"pooling_mode_cls_token"`, `"pooling_mode_max_tokens"`, `pooling mode is ""`},
		"two poolings":                     {tinyBi, pooling, `"pooling_mode_mean_tokens": false`, `"pooling_mode_mean_tokens": true`, `more than one mode is set: pooling_mode_cls_token and pooling_mode_mean_tokens`},
		"pooling by the last token":        {tinyBi, pooling, ``, `{"embedding_dimension": 32, "pooling_mode": "lasttoken"}`, `pooling mode is "lasttoken"; supported: mean, cls`},
		"pooling of another width":         {tinyBi, pooling, `"word_embedding_dimension": 32`, `"word_embedding_dimension": 16`, `word_embedding_dimension is 16, but hidden_size is 32`},
		"pooling without the prompt":       {tinyBi, pooling, `"word_embedding_dimension": 32`, `"word_embedding_dimension": 32, "include_prompt": false`, `include_prompt is false; supported: true`},
		"another similarity":               {tinyBi, prompts, `"cosine"`, `"manhattan"`, `similarity_fn_name is "manhattan"; supported: cosine, dot`},
		"products of unequal lengths":      {tinyBi, modules, `"path": "1_Pooling",`, `"path": "1_Pooling", "x": 0,`, `similarity_fn_name is "dot", and the model does not normalize its vectors`},
		"pooling in both forms":            {tinyBi, pooling, `"word_embedding_dimension": 32`, `"word_embedding_dimension": 32, "pooling_mode": "cls"`, `more than one mode is set: cls and pooling_mode_cls_token`},
		"a tokenizer that cuts beginnings": {tinyBi, "tokenizer_config.json", ``, `{"truncation_side": "left"}`, `truncation_side is "left"; supported: right`},
		"a tokenizer of another case":      {tinyBi, "tokenizer_config.json", ``, `{"do_lower_case": false}`, `do_lower_case is false, but the normalizer of tokenizer.json has true`},
		"a tokenizer that keeps accents":   {tinyBi, "tokenizer_config.json", ``, `{"strip_accents": false}`, `strip_accents is false, but the normalizer of tokenizer.json has true`},
		"a tokenizer without Chinese":      {tinyBi, "tokenizer_config.json", ``, `{"tokenize_chinese_chars": false}`, `tokenize_chinese_chars is false, but the normalizer of tokenizer.json has true`},
		"a default prompt of no name":      {tinyBi, prompts, `"default_prompt_name": null`, `"default_prompt_name": "x"`, `default_prompt_name is "x", which is not in prompts`},
		"room for no token":                {tinyBi, "sentence_bert_config.json", `48`, `2`, `max_seq_length is 2, want 3 or more`},
		"lower case before a cased model":  {tinyBi, "tokenizer.json", `"lowercase": true`, `"lowercase": false`, `do_lower_case is true`},
		"another task":                     {tinyBi, "sentence_bert_config.json", ``, `{"transformer_task": "image-classification"}`, `transformer_task is "image-classification"`},
		"weights cut short":                {tinyBi, "model.safetensors", ``, "\x10\x00\x00\x00\x00\x00\x00\x00{}", `model.safetensors: header length 16 exceeds the file`},
		"weights of no bytes":              {tinyBi, "model.safetensors", ``, "", `model.safetensors: 0 bytes are too few`},
		"a tokenizer of no bytes":          {tinyBi, "tokenizer.json", ``, "", `tokenizer.json: EOF`},
		"a config of no bytes":             {tinyBi, config, ``, "", `config.json`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := copyOf(t, c.from)
			edit(t, dir, c.file, c.old, c.with)
			if name == "lower case before a cased model" {
				edit(t, dir, "sentence_bert_config.json", "false", "true")
			}
			if name == "products of unequal lengths" {
				edit(t, dir, prompts, `"cosine"`, `"dot"`)
				edit(t, dir, modules, "", `[{"path": "", "type": "models.Transformer"}, {"path": "1_Pooling", "type": "models.Pooling"}]`)
			}
			m, err := Open(dir)
			if err == nil {
				m.Close()
				t.Fatalf("opened, want an error with %q", c.want)
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("got error %v, want one with %q and the path", err, c.want)
			}
		})
	}
}

func TestOpenNamesTheFileThatIsMissing(t *testing.T) {
	t.Parallel()
	for _, name := range []string{ConfigFile, TokenizerFile, WeightsFile} {
		dir := copyOf(t, tinyBi)
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, name)) || !strings.Contains(err.Error(), "no such file") {
			t.Errorf("without %s: got %v", name, err)
		}
	}
}

func TestOptionalFilesMayBeAbsentOrNew(t *testing.T) {
	t.Parallel()
	base := Config{
		Architecture: BiEncoder, HiddenSize: 32, Layers: 2, Heads: 4, Intermediate: 64, MaxPositions: 64,
		VocabSize: 292, TypeVocabSize: 2, LayerNormEps: 1e-12, HiddenAct: "gelu", MaxTokens: 64, Pooling: Mean, Normalize: true,
	}
	cases := map[string]struct {
		files map[string]string
		want  func(*Config)
	}{
		"none of them": {nil, func(*Config) {}},
		"the forms of sentence-transformers 6": {map[string]string{
			"modules.json": `[{"path": "", "type": "sentence_transformers.base.modules.transformer.Transformer"},
				{"path": "1_Pooling", "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"}]`,
			"1_Pooling/config.json":     `{"embedding_dimension": 32, "pooling_mode": "cls", "include_prompt": true}`,
			"sentence_bert_config.json": `{"transformer_task": "feature-extraction", "module_output_name": "token_embeddings"}`,
			"tokenizer_config.json":     `{"model_max_length": 20, "tokenizer_class": "BertTokenizer"}`,
		}, func(c *Config) { c.Pooling, c.Normalize, c.MaxTokens = CLS, false, 20 }},
		"a longest sequence that its author did not know": {map[string]string{
			"tokenizer_config.json": `{"model_max_length": 1000000000000000019884624838656}`,
		}, func(*Config) {}},
		"a longest sequence beyond the positions": {map[string]string{
			"sentence_bert_config.json": `{"max_seq_length": 512}`,
		}, func(*Config) {}},
		"a default prompt, and one for queries": {map[string]string{
			"config_sentence_transformers.json": `{"prompts": {"all": "a: ", "query": "q: "}, "default_prompt_name": "all"}`,
		}, func(c *Config) { c.QueryPrefix, c.DocumentPrefix = "q: ", "a: " }},
		"a prompt for passages": {map[string]string{
			"config_sentence_transformers.json": `{"prompts": {"passage": "p: "}}`,
		}, func(c *Config) { c.DocumentPrefix = "p: " }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := copyOf(t, tinyBi)
			for _, f := range []string{"modules.json", "1_Pooling/config.json", "sentence_bert_config.json", "config_sentence_transformers.json"} {
				if err := os.Remove(filepath.Join(dir, f)); err != nil {
					t.Fatal(err)
				}
			}
			for f, text := range c.files {
				edit(t, dir, f, "", text)
			}
			m, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			want := base
			c.want(&want)
			if diff := cmp.Diff(want, m.Config); diff != "" {
				t.Errorf("config (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTensorChecksNameAndShape(t *testing.T) {
	t.Parallel()
	m, err := Open(tinyBi)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if _, err := m.Tensor("encoder.layer.0.output.dense.weight", 64, 32); err == nil || !strings.Contains(err.Error(), "has shape [32 64], want [64 32]") {
		t.Errorf("got %v for a wrong shape", err)
	}
	if _, err := m.Tensor("encoder.layer.9.output.dense.weight", 32, 64); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("got %v for a wrong name", err)
	}
}

func TestVerifyShowsBothDigests(t *testing.T) {
	t.Parallel()
	m, err := Open(tinyBi)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	wrong := "sha256:" + strings.Repeat("0", 64)
	var digest *DigestError
	if err := m.Verify(wrong); !errors.As(err, &digest) || digest.Want != wrong || digest.Got != m.Digest() ||
		!strings.Contains(err.Error(), wrong) || !strings.Contains(err.Error(), m.Digest()) {
		t.Errorf("got %v", err)
	}
	if err := m.Verify(strings.ToUpper(strings.TrimPrefix(m.Digest(), "sha256:"))); err != nil {
		t.Errorf("upper case without prefix: %v", err)
	}
	for _, s := range []string{"", "sha256:", "sha256:12", "md5:" + strings.Repeat("0", 64)} {
		if err := m.Verify(s); err == nil || errors.As(err, &digest) {
			t.Errorf("%q: got %v, want a complaint about the digest itself", s, err)
		}
	}
}

func FuzzConfig(f *testing.F) {
	for _, dir := range []string{tinyBi, tinyCross} {
		data, err := os.ReadFile(filepath.Join(dir, ConfigFile))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, []byte(`[{"type": "x.Transformer"}, {"type": "x.Pooling", "path": "p"}]`), []byte(`{"pooling_mode": "mean"}`), []byte(`{"prompts": {"query": "q"}, "max_seq_length": 9}`))
	}
	f.Fuzz(func(t *testing.T, config, modules, pooling, other []byte) {
		c, err := parseConfig(config)
		if err != nil {
			return
		}
		if c.HiddenSize < 1 || c.Layers < 1 || c.Heads < 1 || c.HiddenSize%c.Heads != 0 || c.NumLabels > 1 {
			t.Fatalf("config %+v", c)
		}
		if path, _, err := parseModules(modules); err == nil && path != "" && !filepath.IsLocal(path) {
			t.Fatalf("path %q", path)
		}
		if c.parsePooling(pooling) == nil && c.Pooling != Mean && c.Pooling != CLS {
			t.Fatalf("pooling %q", c.Pooling)
		}
		c.MaxTokens = c.MaxPositions
		_ = c.parsePrompts(other)
		_ = c.parseTokenizerConfig(other, tokenizer.Normalizer{Lowercase: true})
		if _ = c.parseSentenceBert(other, true); c.MaxTokens > c.MaxPositions || c.MaxTokens < min(3, c.MaxPositions) {
			t.Fatalf("longest sequence %d with %d positions", c.MaxTokens, c.MaxPositions)
		}
	})
}
