package dev.millrace.core.repository;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files of a model to publish.
 *
 * @param model the bytes of the ONNX file, prepared as {@link ModelVersion#isPrepared} describes;
 *     the caller must not change the array
 * @param weights the weight files, by the names that the ONNX file uses for them; empty if the ONNX
 *     file contains all weights. Their order is kept
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are never compared and never printed
public record ModelFiles(byte[] model, Map<String, WeightFile> weights) {

  /**
   * Copies the map.
   *
   * @param model the bytes of the ONNX file
   * @param weights the weight files, by name
   */
  public ModelFiles {
    weights = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /**
   * Creates the files of a model whose ONNX file contains all weights.
   *
   * @param model the bytes of the ONNX file
   */
  public ModelFiles(byte[] model) {
    this(model, Map.of());
  }
}
