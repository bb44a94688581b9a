/** Pre-training of an encoder on images without labels. */
package dev.millrace.trainer.pretrain;
