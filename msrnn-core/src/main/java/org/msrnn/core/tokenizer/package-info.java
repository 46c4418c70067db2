/**
 * From text to token ids and back, with the vocabulary of the model.
 *
 * <p>A tokenizer is put together of parts (Pipeline): tokens that were added as wholes are found
 * (AddedTokens), what lies between them is normalised (Normalizer) and split into words
 * (PreTokenizer), and a model makes tokens of each word (ByteLevelBpe, SentencePieceBpe, Unigram).
 * Two readers put it together: GgufTokenizer from a GGUF file's metadata, JsonTokenizer from the
 * tokenizer.json of a Hugging Face folder; what they say of the tokens is a Vocabulary, of BOS and
 * of the ends Marks. Every part takes time of order n log n at most in the text, whatever the text
 * and the vocabulary.
 */
@NullMarked
@Stability(Stability.Level.EXPERIMENTAL)
package org.msrnn.core.tokenizer;

import org.jspecify.annotations.NullMarked;
import org.msrnn.api.Stability;
