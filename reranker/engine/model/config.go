// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

package model

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Names of the two architectures.
const (
	BiEncoder    = "BertModel"
	CrossEncoder = "BertForSequenceClassification"
)

// Pooling says how token states become one vector.
type Pooling string

// Mean averages the states of all tokens, special ones included; CLS takes the
// state of the first.
const (
	Mean Pooling = "mean"
	CLS  Pooling = "cls"
)

// Config is what the encoder must know about a model.
type Config struct {
	Architecture  string // BiEncoder or CrossEncoder
	HiddenSize    int
	Layers        int
	Heads         int
	Intermediate  int
	MaxPositions  int
	VocabSize     int
	TypeVocabSize int
	LayerNormEps  float64
	HiddenAct     string // "gelu", the exact form with the error function

	MaxTokens int     // longest sequence, special tokens included
	Pooling   Pooling // of a bi-encoder
	Normalize bool    // the model's own files ask for unit length
	NumLabels int     // 1 for a cross-encoder, 0 for a bi-encoder

	QueryPrefix, DocumentPrefix string // put before texts of a bi-encoder
	Similarity                  string // "cosine" or "dot", if its files say so
}

// fields is a JSON object whose values have not been looked at.
type fields map[string]json.RawMessage

// The largest sizes that are believed. They are far above those of any model
// of the family and keep products of sizes within 63 bits.
const (
	maxHidden    = 1 << 14
	maxLayers    = 1 << 8
	maxPositions = 1 << 17
	maxVocab     = 1 << 24
)

// parseConfig reads config.json.
func parseConfig(data []byte) (Config, error) {
	var all fields
	if err := json.Unmarshal(data, &all); err != nil {
		return Config{}, err
	}
	if err := checkFields(all); err != nil {
		return Config{}, err
	}
	var f struct {
		Architectures []string          `json:"architectures"`
		HiddenAct     string            `json:"hidden_act"`
		HiddenSize    int               `json:"hidden_size"`
		Layers        int               `json:"num_hidden_layers"`
		Heads         int               `json:"num_attention_heads"`
		Intermediate  int               `json:"intermediate_size"`
		MaxPositions  int               `json:"max_position_embeddings"`
		VocabSize     int               `json:"vocab_size"`
		TypeVocabSize int               `json:"type_vocab_size"`
		LayerNormEps  float64           `json:"layer_norm_eps"`
		Labels        map[string]string `json:"id2label"`
		NumLabels     int               `json:"num_labels"`
	}
	f.TypeVocabSize, f.LayerNormEps = 2, 1e-12 // what the format leaves out when equal
	if err := json.Unmarshal(data, &f); err != nil {
		return Config{}, err
	}
	c := Config{
		HiddenSize: f.HiddenSize, Layers: f.Layers, Heads: f.Heads, Intermediate: f.Intermediate,
		MaxPositions: f.MaxPositions, VocabSize: f.VocabSize, TypeVocabSize: f.TypeVocabSize,
		LayerNormEps: f.LayerNormEps, HiddenAct: f.HiddenAct,
	}
	if err := c.checkSizes(); err != nil {
		return Config{}, err
	}
	if len(f.Architectures) != 1 {
		return Config{}, fmt.Errorf("architectures is %q, want exactly one", f.Architectures)
	}
	switch c.Architecture = f.Architectures[0]; c.Architecture {
	case BiEncoder:
	case CrossEncoder:
		c.NumLabels = 2 // the format leaves out what equals this default
		if len(f.Labels) > 0 {
			c.NumLabels = len(f.Labels)
		} else if f.NumLabels > 0 {
			c.NumLabels = f.NumLabels
		}
		if c.NumLabels != 1 {
			return Config{}, fmt.Errorf("id2label gives %d labels; a cross-encoder has 1, the relevance", c.NumLabels)
		}
		if c.TypeVocabSize < 2 {
			return Config{}, fmt.Errorf("type_vocab_size is %d; a cross-encoder tells its two texts apart by 2", c.TypeVocabSize)
		}
	default:
		return Config{}, fmt.Errorf("architectures is %q; supported: %s, %s", c.Architecture, BiEncoder, CrossEncoder)
	}
	return c, nil
}

func (c *Config) checkSizes() error {
	for _, s := range []struct {
		field     string
		got, most int
	}{
		{"hidden_size", c.HiddenSize, maxHidden},
		{"num_hidden_layers", c.Layers, maxLayers},
		{"num_attention_heads", c.Heads, maxHidden},
		{"intermediate_size", c.Intermediate, 8 * maxHidden},
		{"max_position_embeddings", c.MaxPositions, maxPositions},
		{"vocab_size", c.VocabSize, maxVocab},
		{"type_vocab_size", c.TypeVocabSize, maxHidden},
	} {
		if s.got < 1 || s.got > s.most {
			return fmt.Errorf("%s is %d, want 1 to %d", s.field, s.got, s.most)
		}
	}
	if c.HiddenSize%c.Heads != 0 {
		return fmt.Errorf("hidden_size %d is not a multiple of num_attention_heads %d", c.HiddenSize, c.Heads)
	}
	if !(c.LayerNormEps > 0 && c.LayerNormEps < 1) { // also refuses NaN
		return fmt.Errorf("layer_norm_eps is %g, want a number between 0 and 1", c.LayerNormEps)
	}
	return nil
}

// fixed lists the fields that change the mathematics, each with the values that
// are implemented; a field without values may have any.
var fixed = map[string][]string{
	"model_type":                  {`"bert"`},
	"hidden_act":                  {`"gelu"`},
	"position_embedding_type":     {`"absolute"`, `null`},
	"is_decoder":                  {`false`, `null`},
	"is_encoder_decoder":          {`false`, `null`},
	"add_cross_attention":         {`false`, `null`},
	"use_bfloat16":                {`false`, `null`},
	"pruned_heads":                {`{}`, `null`},
	"quantization_config":         {`null`},
	"auto_map":                    {`{}`, `null`},
	"embedding_size":              {`null`},
	"chunk_size_feed_forward":     nil, // any value gives the same sums
	"cross_attention_hidden_size": {`null`},
}

// required fields have no default that could be trusted.
var required = []string{
	"model_type", "architectures", "hidden_act", "hidden_size", "num_hidden_layers",
	"num_attention_heads", "intermediate_size", "max_position_embeddings", "vocab_size",
}

// harmless fields don't change what a forward pass computes.
var harmless = strings.Fields(`
	_attn_implementation_autoset _name_or_path _num_labels attention_probs_dropout_prob attn_implementation
	begin_suppress_tokens bos_token_id classifier_dropout crossencoder_trained decoder_start_token_id directionality
	dtype eos_token_id finetuning_task gradient_checkpointing hidden_dropout_prob initializer_range
	label2id output_attentions output_hidden_states output_past pad_token_id pooler_fc_size
	pooler_num_attention_heads pooler_num_fc_layers pooler_size_per_head pooler_type prefix
	problem_type return_dict sbert_ce_default_activation_function sentence_transformers sep_token_id task_specific_params tf_legacy_loss
	tie_encoder_decoder tie_word_embeddings tokenizer_class torch_dtype torchscript transformers_version use_cache
	architectures hidden_size id2label intermediate_size layer_norm_eps max_position_embeddings
	num_attention_heads num_hidden_layers num_labels type_vocab_size vocab_size
	max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature
	top_k top_p typical_p repetition_penalty length_penalty no_repeat_ngram_size
	encoder_no_repeat_ngram_size bad_words_ids num_return_sequences output_scores
	return_dict_in_generate forced_bos_token_id forced_eos_token_id remove_invalid_values
	exponential_decay_length_penalty suppress_tokens`)

// checkFields refuses fields with values that are not implemented, and fields
// that are unknown unless they say nothing (null, false, 0, "", [], {}).
func checkFields(all fields) error {
	for _, name := range required {
		if _, ok := all[name]; !ok {
			return fmt.Errorf("field %q is missing", name)
		}
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names) // the same error every time
	for _, name := range names {
		value := compact(all[name])
		if values, ok := fixed[name]; ok {
			if values != nil && !slices.Contains(values, value) {
				return fmt.Errorf("field %q is %s; supported: %s", name, value, strings.Join(values, ", "))
			}
			continue
		}
		if !slices.Contains(harmless, name) && !slices.Contains([]string{"null", "false", "0", `""`, "[]", "{}"}, value) {
			return fmt.Errorf("field %q with value %s is unknown: it may change what the model computes", name, value)
		}
	}
	return nil
}
