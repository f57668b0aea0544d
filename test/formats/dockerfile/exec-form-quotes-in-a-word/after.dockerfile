FROM busybox
CMD ["env", "A=\"b\"", "sh", "-c", "echo \"hi\""]
