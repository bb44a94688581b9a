/** A residual network that learns, in libtorch. Nothing outside of this package knows libtorch. */
package dev.millrace.trainer.torch;
