/**
 * Residual networks as data. The same description is used to count a network's operations, to write
 * it as an ONNX file, and to train it.
 *
 * <p>The networks are those of He et al., "Deep Residual Learning for Image Recognition" (2015),
 * arXiv 1512.03385.
 */
package dev.millrace.core.resnet;
