/**
 * Residual networks as data. One description serves to count, to write and to train a network.
 *
 * <p>After He et al., "Deep Residual Learning for Image Recognition" (2015), arXiv 1512.03385.
 */
package dev.millrace.core.resnet;
