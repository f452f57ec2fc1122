from atlas_lab.cli import main

main()
