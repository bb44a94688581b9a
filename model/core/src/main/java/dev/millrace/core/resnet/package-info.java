/**
 * Residual networks as data: one description, walked by whoever counts, writes or trains them.
 *
 * <p>After He et al., "Deep Residual Learning for Image Recognition" (2015), arXiv 1512.03385.
 */
package dev.millrace.core.resnet;
