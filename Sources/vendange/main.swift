print("vendange")
